-- What a session did on a surface on a UTC day. Follows from that session's events alone; how surfaces are named across
-- the window is decided when they are scored.
create table uxpipeline.session_surfaces (
    session_id text not null,
    day date not null,
    surface_level text not null check (surface_level in ('element', 'component', 'page', 'site', 'form')),
    base_key text not null,
    page_key text,
    element_type text,
    component_id text,
    interactions integer not null check (interactions >= 1),
    interaction_at timestamptz[] not null,
    events_before integer[] not null,
    rage_click_at timestamptz,
    hesitation_at timestamptz,
    error_at timestamptz,
    form_started boolean not null,
    form_abandoned boolean not null
);
create index idx_session_surfaces_session_id on uxpipeline.session_surfaces (session_id);
create index idx_session_surfaces_day on uxpipeline.session_surfaces (day);

comment on table uxpipeline.session_surfaces is 'What a session did on a surface of a page on a UTC day.';
comment on column uxpipeline.session_surfaces.surface_level is 'A form is named by its id and scored as an element.';
comment on column uxpipeline.session_surfaces.base_key is 'Name of the surface before its page is put in front.';
comment on column uxpipeline.session_surfaces.interactions is 'Runs of events with no pause above two seconds.';
comment on column uxpipeline.session_surfaces.interaction_at is
'When the first interactions began: 10 of an element, component or form, 30 of a page or the site.';
comment on column uxpipeline.session_surfaces.events_before is 'Events of the session before each of those.';
comment on column uxpipeline.session_surfaces.rage_click_at is
'When the first interaction with a rage click began; hesitation_at and error_at likewise.';

alter table public.friction_scores
add column raw_severity double precision,
add column matched_on smallint check (matched_on between 0 and 3),
add column loss_q double precision,
add column negative_control_p double precision,
add column placebo_p double precision,
add column e_value double precision,
add column excess_abandons double precision,
add column recent_exposed bigint,
add column recent_affected bigint,
add column anomaly_q double precision;

comment on column public.friction_scores.severity is
'Conversions lost per affected session, drawn towards surfaces of the same level and signal; raw_severity is not.';
comment on column public.friction_scores.matched_on is
'Compared sessions agree in interaction, funnel step and activity; 1: also device, 2: also channel, 3: also week.';
comment on column public.friction_scores.loss_q is
'Smallest false-discovery rate of the day''s run at which the surface counts as costing conversions.';
comment on column public.friction_scores.excess_abandons is
'Forms: abandonments above what the form''s own past or its peers lead one to expect.';
comment on column public.friction_scores.recent_exposed is
'Sessions exposed in the last 7 days; recent_affected of them were affected.';
