-- Keyed by session_id, the column everything is sharded by; the seed's surrogate id stays.
create table public.user_sessions (
    id uuid not null default gen_random_uuid(),
    session_id text primary key check (octet_length(session_id) between 1 and 200),
    user_agent text check (octet_length(user_agent) <= 1024),
    referrer text check (octet_length(referrer) <= 1000),
    landing_page text not null check (octet_length(landing_page) <= 1000),
    exit_page text check (octet_length(exit_page) <= 1000),
    exit_reason text check (exit_reason in ('timeout', 'navigation', 'close', 'refresh')),
    device_type text check (device_type in ('mobile', 'desktop', 'tablet')),
    screen_resolution text check (octet_length(screen_resolution) <= 32),
    language text check (octet_length(language) <= 64),
    country_code char(2) check (country_code ~ '^[A-Z]{2}$'),
    created_at timestamptz not null default now()
    check (created_at >= '2000-01-01 00:00:00+00' and created_at < '2100-01-01 00:00:00+00'),
    updated_at timestamptz not null default now(),
    duration_seconds integer check (duration_seconds >= 0),
    page_count integer default 1 check (page_count >= 0),
    visitor_key text check (octet_length(visitor_key) <= 64),
    received_at timestamptz not null default clock_timestamp(),
    supplied text[]
);

create index idx_user_sessions_id on public.user_sessions (id);
create index idx_user_sessions_created_at on public.user_sessions (created_at);
create index idx_user_sessions_exit_reason on public.user_sessions (exit_reason);

comment on table public.user_sessions is 'One row per browsing session.';
comment on column public.user_sessions.visitor_key is
'Keyed hash of the tracker''s visitor id: the unit of visitor counts and tests.';
comment on column public.user_sessions.received_at is 'When the row, or the tracker''s record of it, last arrived.';
comment on column public.user_sessions.supplied is
'Columns a session record supplied; the others are derived from events. NULL: written directly, nothing is derived over it.';
