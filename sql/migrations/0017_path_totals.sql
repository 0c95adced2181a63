-- How many sessions took which path through the funnels, by component they touched: conversion_impact reads these few rows
-- instead of every session. A path holds all steps entered, so a new last step of a funnel changes nothing here.
create table uxpipeline.path_totals (
    component_id text,
    path_key text not null,
    path jsonb not null,
    sessions bigint not null,
    duration_seconds numeric not null,
    steps_timed bigint not null,
    unique nulls not distinct (component_id, path_key)
);

comment on table uxpipeline.path_totals is
'Sessions per component they touched and path: the steps they entered, by funnel. component_id NULL: all sessions.';
comment on column uxpipeline.path_totals.path_key is 'md5 of path, which may be too long for an index.';

with session_paths as (
    select
        f.session_id,
        jsonb_object_agg(f.funnel_name, to_jsonb(f.step_orders)) as path,
        sum(f.duration_seconds) as duration_seconds,
        sum(f.steps_timed) as steps_timed
    from uxpipeline.session_funnels f
    group by f.session_id
)
insert into uxpipeline.path_totals (component_id, path_key, path, sessions, duration_seconds, steps_timed)
select
    touched.component_id, md5(p.path::text), p.path, count(*), sum(p.duration_seconds), sum(p.steps_timed)
from session_paths p
join (
    select distinct c.session_id, c.component_id from uxpipeline.session_components c
    union all
    select f.session_id, null from uxpipeline.session_facts f
) touched on touched.session_id = p.session_id
group by touched.component_id, p.path;
