-- Facts: exact aggregates of the raw tables per session and per UTC day, and totals at the grain of the seed's relations.
-- A refresh recomputes the sessions and days that stale_sessions names and leaves all others as they are.

-- A row that somebody changed after it came counts as received again, also one that a file had brought.
alter table public.behavior_events add column changed boolean not null default false;
comment on column public.behavior_events.changed is 'The row was updated after it was stored.';
drop index public.idx_behavior_events_direct;
create index idx_behavior_events_direct on public.behavior_events (received_at) where load_id is null or changed;
create index idx_user_sessions_received_at on public.user_sessions (received_at);
create index idx_conversion_funnels_received_at on public.conversion_funnels (received_at);

-- What the facts do not contain yet. Append-only, without a unique key: no writer ever waits for a refresh.
create table uxpipeline.stale_sessions (
    id bigint generated always as identity primary key,
    session_id text not null,
    day date not null,
    relation text not null,
    cause text not null check (cause in ('load', 'direct write', 'deletion', 'reconciliation', 'upgrade')),
    noted_at timestamptz not null default clock_timestamp()
);
create index idx_stale_sessions_day on uxpipeline.stale_sessions (day);
create index idx_stale_sessions_session_id on uxpipeline.stale_sessions (session_id);

-- Moments at which a refresh looked, with the next transaction id then: the watermark where others' transactions are hidden.
create table uxpipeline.refresh_marks (
    taken_at timestamptz primary key,
    next_xid xid8 not null
);

-- Rows that repeat a stored event (same session and id) under a later timestamp: the facts leave them out.
create table uxpipeline.repeated_events (
    session_id text not null,
    id uuid not null,
    "timestamp" timestamptz not null,
    primary key (session_id, id, "timestamp")
);
create index idx_repeated_events_timestamp on uxpipeline.repeated_events ("timestamp");

create table uxpipeline.session_facts (
    session_id text primary key,
    first_at timestamptz not null,
    last_at timestamptz not null,
    total_events bigint not null,
    click_count bigint not null,
    rage_click_count bigint not null,
    hesitation_count bigint not null,
    error_count bigint not null,
    form_start_count bigint not null,
    form_abandon_count bigint not null,
    form_submit_count bigint not null,
    page_view_count bigint not null,
    max_scroll_depth numeric,
    funnels_entered text[] not null,
    converted_at timestamptz,
    is_open boolean not null
);
create index idx_session_facts_open on uxpipeline.session_facts (last_at) where is_open;
create index idx_session_facts_last_at on uxpipeline.session_facts (last_at);

create table uxpipeline.session_components (
    session_id text not null,
    component_id text not null,
    page_url text not null,
    interactions bigint not null,
    clicks bigint not null,
    rage_clicks bigint not null,
    hesitations bigint not null,
    hesitation_ms bigint not null,
    hesitations_timed bigint not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    converted boolean not null
);
-- Rows are written and forgotten session by session: narrow indexes with many equal keys cost a third of a wide key.
create index idx_session_components_session_id on uxpipeline.session_components (session_id);
create index idx_session_components_component_id on uxpipeline.session_components (component_id);

create table uxpipeline.component_totals (
    component_id text not null,
    page_url text not null,
    sessions bigint not null,
    conversions bigint not null,
    interactions bigint not null,
    clicks bigint not null,
    rage_clicks bigint not null,
    hesitations bigint not null,
    hesitation_ms bigint not null,
    hesitations_timed bigint not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    primary key (component_id, page_url)
);

create table uxpipeline.session_friction (
    session_id text not null,
    element_path text,
    element_type text,
    event_type text not null,
    events bigint not null,
    seconds_to_events numeric not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    pages text[] not null
);
create index idx_session_friction_session_id on uxpipeline.session_friction (session_id);
create index idx_session_friction_element_path on uxpipeline.session_friction (coalesce(element_path, ''), event_type);

create table uxpipeline.friction_totals (
    element_path text,
    element_type text,
    event_type text not null,
    sessions bigint not null,
    events bigint not null,
    seconds_to_events numeric not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    unique nulls not distinct (element_path, element_type, event_type)
);

create table uxpipeline.friction_page_totals (
    element_path text,
    element_type text,
    event_type text not null,
    page_url text not null,
    sessions bigint not null,
    unique nulls not distinct (element_path, element_type, event_type, page_url)
);

create table uxpipeline.day_elements (
    date date not null,
    element_path text not null,
    event_type text not null,
    event_count bigint not null,
    unique_sessions bigint not null,
    avg_hesitation_ms numeric,
    median_hesitation_ms double precision,
    primary key (date, element_path, event_type)
);

-- One row per UTC day with data: what was counted when its facts were last computed, raw rows included.
create table uxpipeline.fact_days (
    day date primary key,
    raw_events bigint not null,
    funnel_steps bigint not null,
    events bigint not null,
    sessions bigint not null,
    rage_clicks bigint not null,
    hesitations bigint not null,
    errors bigint not null,
    form_abandons bigint not null,
    form_submits bigint not null,
    conversions bigint not null,
    digest text not null,
    computed_at timestamptz not null,
    verified_at timestamptz not null
);

-- What changed for a day that was already complete when its facts were first computed.
create table uxpipeline.restatements (
    id bigint generated always as identity primary key,
    day date not null,
    relation text not null,
    before jsonb not null,
    after jsonb not null,
    causes text[] not null,
    restated_at timestamptz not null default clock_timestamp()
);
create index idx_restatements_restated_at on uxpipeline.restatements (restated_at);

-- Which state of the facts each materialized view shows, and the day it was refreshed on.
create table uxpipeline.matview_state (
    relation text primary key,
    facts_version bigint not null,
    refreshed_on date not null,
    refreshed_at timestamptz not null
);

alter table uxpipeline.mart_state
add column facts_version bigint not null default 0,
add column goal_funnel text,
add column goal_step integer,
add column facts_at timestamptz;
comment on column uxpipeline.mart_state.received_before is
'Every row received before this moment, by whomever, is in the facts or noted in stale_sessions.';

-- What is stored already is owed.
insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select distinct be.session_id, (be."timestamp" at time zone 'UTC')::date, 'behavior_events', 'upgrade'
from public.behavior_events be
union all
select us.session_id, (us.created_at at time zone 'UTC')::date, 'user_sessions', 'upgrade'
from public.user_sessions us
union all
select distinct cf.session_id, (cf.entered_at at time zone 'UTC')::date, 'conversion_funnels', 'upgrade'
from public.conversion_funnels cf;
