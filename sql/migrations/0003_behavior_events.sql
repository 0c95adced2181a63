-- Range-partitioned by UTC day; the key leads with session_id so that the table can be sharded by it.
create table public.behavior_events (
    id uuid not null default gen_random_uuid(),
    session_id text not null references public.user_sessions (session_id) on delete cascade,
    event_type text not null check (event_type in (
        'click', 'scroll', 'hover', 'rage_click', 'hesitation', 'form_start', 'form_abandon', 'form_submit', 'error',
        'page_view', 'time_on_element', 'scroll_depth'
    )),
    element_path text check (octet_length(element_path) <= 1000),
    element_type text check (octet_length(element_type) <= 200),
    element_text text check (octet_length(element_text) <= 4096),
    coordinates jsonb check (jsonb_typeof(coordinates) = 'object' and pg_column_size(coordinates) <= 4096),
    viewport_size jsonb check (jsonb_typeof(viewport_size) = 'object' and pg_column_size(viewport_size) <= 4096),
    event_data jsonb not null default '{}'
    check (jsonb_typeof(event_data) = 'object' and pg_column_size(event_data) <= 65536),
    "timestamp" timestamptz not null default now()
    check ("timestamp" >= '2000-01-01 00:00:00+00' and "timestamp" < '2100-01-01 00:00:00+00'),
    page_url text not null check (octet_length(page_url) <= 1000),
    component_id text check (octet_length(component_id) <= 200),
    metadata jsonb default '{}' check (jsonb_typeof(metadata) = 'object' and pg_column_size(metadata) <= 65536),
    received_at timestamptz not null default clock_timestamp(),
    load_id bigint,
    primary key (session_id, "timestamp", id)
) partition by range ("timestamp");

-- No insert is ever lost for want of a partition; a check watches that this one stays empty.
create table uxpipeline.behavior_events_default partition of public.behavior_events default;
alter table uxpipeline.behavior_events_default enable row level security;

create index idx_behavior_events_event_type on public.behavior_events (event_type);
create index idx_behavior_events_timestamp on public.behavior_events using brin ("timestamp");
create index idx_behavior_events_component_id on public.behavior_events (component_id, session_id)
where component_id is not null;
-- Direct inserts since a moment: what the volume sensor asks every minute.
create index idx_behavior_events_direct on public.behavior_events (received_at)
where load_id is null;

comment on table public.behavior_events is 'What visitors did, one row per interaction.';
comment on column public.behavior_events.received_at is 'When the event arrived: the tracker''s own arrival time where the file has one.';
comment on column public.behavior_events.load_id is 'The ingest_files row that brought the event; NULL: inserted directly.';
