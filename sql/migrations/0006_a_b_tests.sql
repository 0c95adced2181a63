create table public.a_b_tests (
    id uuid primary key default gen_random_uuid(),
    test_id text not null unique check (octet_length(test_id) between 1 and 200),
    test_name text not null,
    component_id text not null check (octet_length(component_id) <= 200),
    variant_a jsonb not null check (jsonb_typeof(variant_a) = 'object'),
    variant_b jsonb not null check (jsonb_typeof(variant_b) = 'object'),
    status text not null check (status in ('active', 'paused', 'completed', 'archived')),
    start_date timestamptz not null default now(),
    end_date timestamptz,
    target_conversion text,
    sample_size integer default 1000 check (sample_size > 0),
    confidence_threshold decimal(3, 2) default 0.95 check (confidence_threshold > 0 and confidence_threshold < 1),
    winner_variant text check (winner_variant in ('A', 'B', 'none')),
    created_at timestamptz not null default now(),
    metadata jsonb default '{}' check (jsonb_typeof(metadata) = 'object'),
    check (end_date >= start_date)
);

create index idx_a_b_tests_status on public.a_b_tests (status);
create index idx_a_b_tests_component_id on public.a_b_tests (component_id);

comment on table public.a_b_tests is 'Randomised tests of proposals.';
