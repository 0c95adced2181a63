-- Sessions that were erased, under a keyed hash: enough to refuse them when they come back, too little to tell who they were.
create table uxpipeline.erased_sessions (
    tombstone text primary key check (tombstone ~ '^[0-9a-f]{64}$'),
    erased_at timestamptz not null default clock_timestamp(),
    rows_erased jsonb not null
);
comment on column uxpipeline.erased_sessions.tombstone is 'HMAC-SHA-256 of the session id under UXPIPELINE_PRIVACY_KEY.';
