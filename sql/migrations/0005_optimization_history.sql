-- Impacts are signed and small: the seed's DECIMAL(3,2) between 0 and 1 can store neither harm nor 0.4 %.
create table public.optimization_history (
    id uuid primary key default gen_random_uuid(),
    proposal_id text not null unique check (octet_length(proposal_id) between 1 and 200),
    status text not null check (status in (
        'proposed', 'approved', 'rejected', 'implemented', 'testing', 'rolled_back', 'archived'
    )),
    friction_point text not null check (octet_length(friction_point) <= 1000),
    component_id text check (octet_length(component_id) <= 200),
    page_url text check (octet_length(page_url) <= 1000),
    change_description text not null check (octet_length(change_description) <= 4000),
    proposed_changes jsonb not null
    check (jsonb_typeof(proposed_changes) = 'object' and pg_column_size(proposed_changes) <= 65536),
    ai_confidence decimal(3, 2) check (ai_confidence >= 0 and ai_confidence <= 1),
    expected_impact decimal(6, 4) check (expected_impact >= -1 and expected_impact <= 9.99),
    actual_impact decimal(6, 4) check (actual_impact >= -1 and actual_impact <= 9.99),
    pr_url text check (octet_length(pr_url) <= 1000),
    pr_number integer check (pr_number > 0),
    created_at timestamptz not null default now(),
    implemented_at timestamptz,
    tested_at timestamptz,
    deployed_at timestamptz,
    rollback_reason text check (octet_length(rollback_reason) <= 1000),
    metadata jsonb default '{}' check (jsonb_typeof(metadata) = 'object')
);

create index idx_optimization_history_status on public.optimization_history (status);
create index idx_optimization_history_created_at on public.optimization_history (created_at);
create index idx_optimization_history_component_id on public.optimization_history (component_id);

comment on table public.optimization_history is 'Proposed changes and what became of them.';
comment on column public.optimization_history.expected_impact is
'Expected relative change of the conversion rate, signed; NULL while nothing has estimated it.';

-- Survives the deletion of a proposal, hence no foreign key.
create table public.proposal_events (
    id bigint generated always as identity primary key,
    proposal_id text not null,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    database_role text not null,
    from_status text,
    to_status text not null,
    reason text check (octet_length(reason) <= 1000),
    evidence_hash text
);

create index idx_proposal_events_proposal_id on public.proposal_events (proposal_id, id);

comment on table public.proposal_events is 'Append-only log of every change of a proposal''s status.';
