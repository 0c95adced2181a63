-- What some sessions add to path_totals. A function, so that they are looked up one by one however many others there are.
create or replace function uxpipeline.path_totals_of(session_ids text[]) returns table (
    component_id text,
    path_key text,
    path jsonb,
    sessions bigint,
    duration_seconds numeric,
    steps_timed numeric
)
language sql stable
set search_path = ''
as $$
    with session_paths as materialized (
        select
            f.session_id,
            jsonb_object_agg(f.funnel_name, to_jsonb(f.step_orders)) as path,
            sum(f.duration_seconds) as duration_seconds,
            sum(f.steps_timed) as steps_timed
        from uxpipeline.session_funnels f
        where f.session_id = any (session_ids)
        group by f.session_id
    )
    select
        touched.component_id, md5(p.path::text), p.path, count(*), sum(p.duration_seconds), sum(p.steps_timed)
    from session_paths p
    cross join lateral (
        select distinct c.component_id from uxpipeline.session_components c where c.session_id = p.session_id
        union all
        select null
    ) touched
    group by touched.component_id, p.path
$$;

select uxpipeline.restrict_function('uxpipeline.path_totals_of(text[])');
