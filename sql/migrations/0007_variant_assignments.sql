create table public.variant_assignments (
    id uuid not null default gen_random_uuid(),
    test_id text not null references public.a_b_tests (test_id) on delete cascade,
    session_id text not null references public.user_sessions (session_id) on delete cascade,
    variant text not null check (variant in ('A', 'B')),
    assigned_at timestamptz not null default now()
    check (assigned_at >= '2000-01-01 00:00:00+00' and assigned_at < '2100-01-01 00:00:00+00'),
    conversion_events jsonb default '[]'
    check (jsonb_typeof(conversion_events) = 'array' and pg_column_size(conversion_events) <= 65536),
    metadata jsonb default '{}' check (jsonb_typeof(metadata) = 'object' and pg_column_size(metadata) <= 65536),
    received_at timestamptz not null default clock_timestamp(),
    primary key (session_id, id),
    unique (test_id, session_id)
);

comment on table public.variant_assignments is 'Which session saw which variant of which test.';
