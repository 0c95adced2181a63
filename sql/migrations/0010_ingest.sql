-- The ledger of files, numbered by load. A file's row commits together with its rows, so what it says is what happened.
create sequence uxpipeline.load_id;

create table uxpipeline.ingest_files (
    id bigint primary key,
    path text not null,
    source text not null,
    sha256 text not null,
    status text not null check (status in ('loaded', 'aborted')),
    lines bigint not null,
    inserted bigint not null,
    duplicates bigint not null,
    quarantined bigint not null,
    parked bigint not null,
    ignored jsonb not null default '{}',
    rows_written jsonb not null default '{}',
    problem text,
    started_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp()
);

create unique index idx_ingest_files_loaded on uxpipeline.ingest_files (sha256) where status = 'loaded';

create table uxpipeline.quarantine (
    id bigint generated always as identity primary key,
    file_id bigint not null references uxpipeline.ingest_files (id) on delete cascade,
    line_no bigint not null,
    reason text not null,
    detail text not null default '',
    payload text,
    received_at timestamptz not null default clock_timestamp(),
    replayed_at timestamptz
);

create index idx_quarantine_file_id on uxpipeline.quarantine (file_id, line_no);

-- Assignments and conversions of tests we do not know yet.
create table uxpipeline.parked (
    id bigint generated always as identity primary key,
    file_id bigint not null references uxpipeline.ingest_files (id) on delete cascade,
    line_no bigint not null,
    kind text not null check (kind in ('assignment', 'conversion')),
    test_id text not null,
    session_id text not null,
    payload jsonb not null,
    received_at timestamptz not null default clock_timestamp(),
    released_at timestamptz
);

create index idx_parked_test_id on uxpipeline.parked (test_id) where released_at is null;
create index idx_parked_session_id on uxpipeline.parked (session_id);
