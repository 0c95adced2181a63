create table public.conversion_funnels (
    id uuid not null default gen_random_uuid(),
    funnel_name text not null check (octet_length(funnel_name) between 1 and 200),
    step_name text not null check (octet_length(step_name) between 1 and 200),
    step_order integer not null check (step_order >= 1),
    session_id text not null references public.user_sessions (session_id) on delete cascade,
    entered_at timestamptz not null default now()
    check (entered_at >= '2000-01-01 00:00:00+00' and entered_at < '2100-01-01 00:00:00+00'),
    exited_at timestamptz check (exited_at >= entered_at and exited_at < '2100-01-01 00:00:00+00'),
    duration_seconds integer check (duration_seconds >= 0),
    dropoff_reason text check (octet_length(dropoff_reason) <= 1000),
    metadata jsonb default '{}' check (jsonb_typeof(metadata) = 'object' and pg_column_size(metadata) <= 65536),
    received_at timestamptz not null default clock_timestamp(),
    primary key (session_id, id),
    unique (session_id, funnel_name, step_order)
);

create index idx_conversion_funnels_funnel_name on public.conversion_funnels (funnel_name, step_order);
create index idx_conversion_funnels_entered_at on public.conversion_funnels (entered_at);

comment on table public.conversion_funnels is 'The steps of conversion paths that sessions reached.';
