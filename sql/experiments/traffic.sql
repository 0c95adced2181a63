-- Sessions that met the changed surface in the 28 UTC days before today, and those of them that converted in time after
-- it: the component where there is one, else the page, else the whole site. Where a form is tested they convert by
-- submitting it.
with days as (
    select greatest(%(today)s::date - 28, (select min(day) from uxpipeline.fact_days where events > 0)) as first_day
),
met as (
    select c.session_id, min(c.first_seen) as at
    from uxpipeline.session_components c
    where c.component_id = %(component_id)s::text
    group by c.session_id
    union all
    select be.session_id, min(be."timestamp")
    from public.behavior_events be
    cross join days d
    where %(component_id)s::text is null and %(page)s::text is not null
        and be."timestamp" >= d.first_day::timestamp at time zone 'UTC'
        and be."timestamp" < %(today)s::timestamp at time zone 'UTC'
        and uxpipeline.page_key(be.page_url) = %(page)s::text
    group by be.session_id
    union all
    select f.session_id, f.first_at
    from uxpipeline.session_facts f
    where num_nonnulls(%(component_id)s::text, %(page)s::text) = 0
),
exposed as (
    select m.session_id, m.at
    from met m
    cross join days d
    where m.at >= d.first_day::timestamp at time zone 'UTC' and m.at < %(today)s::timestamp at time zone 'UTC'
),
last_step as (
    select coalesce(
        (select max(step_order) from uxpipeline.funnel_steps where funnel_name = %(target)s),
        (select max(reached_step) from uxpipeline.session_funnels where funnel_name = %(target)s)
    ) as step_order
),
converted as (
    select f.session_id, f.step_entries[array_position(f.step_orders, l.step_order)] as at
    from uxpipeline.session_funnels f
    cross join last_step l
    where %(form)s::text is null and f.funnel_name = %(target)s
    union all
    select f.session_id, named.at
    from uxpipeline.session_funnels f
    cross join lateral unnest(f.step_names, f.step_entries) named (name, at)
    where %(form)s::text is null and named.name = %(target)s
    union all
    select be.session_id, be."timestamp"
    from public.behavior_events be
    cross join days d
    where %(form)s::text is not null
        and be.event_type = 'form_submit'
        and be."timestamp" >= d.first_day::timestamp at time zone 'UTC'
        and uxpipeline.submits_form(be.event_data, be.element_path, be.page_url, %(form)s::text)
)
select
    count(distinct e.session_id) as exposed,
    count(distinct c.session_id) as converted,
    (select greatest(%(today)s::date - d.first_day, 1) from days d) as days
from exposed e
left join converted c
    on c.session_id = e.session_id and c.at between e.at and e.at + make_interval(hours => %(window_hours)s);
