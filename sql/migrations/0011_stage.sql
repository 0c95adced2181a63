-- Where a file's rows wait for their audit, keyed by load id. Unlogged: a crash empties them and publish notices.
create unlogged table uxpipeline.stage_lines (
    load_id bigint not null,
    line_no bigint not null,
    source_id text,
    session_id text,
    kind text not null,
    outcome text not null check (outcome in ('pending', 'inserted', 'duplicate', 'quarantined', 'parked', 'ignored')),
    reason text,
    detail text,
    payload text,
    primary key (load_id, line_no)
);

create unlogged table uxpipeline.stage_events (
    load_id bigint not null,
    line_no bigint not null,
    id uuid not null,
    session_id text not null,
    event_type text not null,
    "timestamp" timestamptz not null,
    page_url text not null,
    element_path text,
    element_type text,
    element_text text,
    coordinates jsonb,
    viewport_size jsonb,
    event_data jsonb not null,
    component_id text,
    metadata jsonb not null,
    received_at timestamptz,
    earliest_only boolean not null
);

create index idx_stage_events on uxpipeline.stage_events (load_id, session_id, id);

create unlogged table uxpipeline.stage_sessions (
    load_id bigint not null,
    line_no bigint not null,
    session_id text not null,
    at timestamptz,
    landing_page text,
    exit_page text,
    exit_reason text,
    user_agent text,
    referrer text,
    device_type text,
    screen_resolution text,
    language text,
    country_code text,
    created_at timestamptz,
    duration_seconds integer,
    page_count integer,
    visitor_key text,
    received_at timestamptz
);

create index idx_stage_sessions on uxpipeline.stage_sessions (load_id, session_id);

create unlogged table uxpipeline.stage_funnel_steps (
    load_id bigint not null,
    line_no bigint not null,
    id uuid not null,
    session_id text not null,
    funnel_name text not null,
    step_name text not null,
    step_order integer not null,
    entered_at timestamptz not null,
    exited_at timestamptz,
    duration_seconds integer,
    dropoff_reason text,
    metadata jsonb not null,
    received_at timestamptz,
    derived boolean not null
);

create index idx_stage_funnel_steps on uxpipeline.stage_funnel_steps (load_id, session_id);

create unlogged table uxpipeline.stage_assignments (
    load_id bigint not null,
    line_no bigint not null,
    id uuid not null,
    test_id text not null,
    session_id text not null,
    variant text not null,
    assigned_at timestamptz not null,
    metadata jsonb not null,
    received_at timestamptz,
    park boolean not null
);

create unlogged table uxpipeline.stage_conversions (
    load_id bigint not null,
    line_no bigint not null,
    session_id text not null,
    test_id text,
    name text not null,
    at timestamptz not null
);

-- The audit's verdict on a stage: publish refuses unless it is green and still describes what the stage holds.
create table uxpipeline.stage_verdicts (
    load_id bigint primary key,
    passed boolean not null,
    findings jsonb not null,
    rows_counted bigint not null,
    digest numeric not null,
    decided_at timestamptz not null default clock_timestamp()
);
