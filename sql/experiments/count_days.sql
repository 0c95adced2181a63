-- Units, conversions and guardrails per cohort day of every unfinished test, from the cohorts whose window has passed by
-- the end of the as-of day. A unit is a visitor where the key is known, else a session; its day and variant are those of
-- its first assignment. One that saw both variants while it could convert is left out, whichever way it converted; but
-- while a planned ramp moves units from A to B, a unit stays what it was first: leaving out those that come back would
-- take them from A alone.
create temp table counted_days on commit drop as
with tests as (
    select
        t.test_id,
        coalesce(t.metadata #>> '{design,parent}', t.test_id) as assigned_as,
        t.metadata #>> '{design,target}' as target,
        t.metadata #>> '{design,form}' as form,
        coalesce(jsonb_array_length(t.metadata #> '{design,ramp}'), 0) as ramp_days,
        make_interval(hours => (t.metadata #>> '{design,window_hours}')::integer) as waited,
        t.start_date as starts_at,
        (t.start_date at time zone 'UTC')::date as first_day,
        %(as_of)s::date - ceil((t.metadata #>> '{design,window_hours}')::numeric / 24)::integer as last_day
    from public.a_b_tests t
    where t.metadata ? 'design' and t.status in ('active', 'paused')
),
assigned as (
    select
        t.test_id, t.target, t.form, t.waited, t.first_day, t.last_day, t.ramp_days,
        coalesce(us.visitor_key, va.session_id) as unit,
        va.session_id, va.variant, va.assigned_at, va.other_variant_at, va.conversion_events
    from tests t
    join public.variant_assignments va on va.test_id = t.assigned_as and va.assigned_at >= t.starts_at
    join public.user_sessions us on us.session_id = va.session_id
),
started as (
    select *, min(assigned_at) over (partition by test_id, unit) as first_at
    from assigned
),
-- Only what the window of a unit holds: what comes later changes no closed day.
exposed as (
    select *
    from started
    where assigned_at <= first_at + waited and first_at < (last_day + 1)::timestamp at time zone 'UTC'
),
last_steps as (
    select seen.funnel_name, coalesce(configured.step_order, seen.step_order) as step_order
    from (select funnel_name, max(reached_step) as step_order from uxpipeline.session_funnels group by funnel_name) seen
    left join (
        select funnel_name, max(step_order) as step_order from uxpipeline.funnel_steps group by funnel_name
    ) configured on configured.funnel_name = seen.funnel_name
),
finished as (
    select f.session_id, f.funnel_name, f.step_entries[array_position(f.step_orders, l.step_order)] as at
    from uxpipeline.session_funnels f
    join last_steps l on l.funnel_name = f.funnel_name
    where l.step_order = any (f.step_orders)
),
conversions as (
    select f.session_id, f.funnel_name as name, f.at from finished f
    union all
    select f.session_id, named.name, named.at
    from uxpipeline.session_funnels f
    cross join lateral unnest(f.step_names, f.step_entries) named (name, at)
    where named.name in (select target from tests where form is null)
),
converted as (
    select e.test_id, e.session_id
    from exposed e
    join conversions c on c.session_id = e.session_id and c.name = e.target
    where e.form is null and c.at between e.first_at and e.first_at + e.waited
    union
    select e.test_id, e.session_id
    from exposed e
    join uxpipeline.session_facts sf on sf.session_id = e.session_id and sf.form_submit_count > 0
    join public.behavior_events be on be.session_id = e.session_id
    where e.form is not null
        and be.event_type = 'form_submit'
        and be."timestamp" between e.first_at and e.first_at + e.waited
        and uxpipeline.submits_form(be.event_data, be.element_path, be.page_url, e.form)
),
elsewhere as (
    select distinct e.test_id, e.session_id
    from exposed e
    join finished f on f.session_id = e.session_id and f.funnel_name <> e.target
    where f.at between e.first_at and e.first_at + e.waited
),
-- Friction counts from the assignment on; only sessions whose facts tell of any are looked at event by event.
rough as (
    select
        e.test_id, e.session_id,
        bool_or(be.event_type = 'error') as error,
        bool_or(be.event_type = 'rage_click') as rage_click
    from exposed e
    join uxpipeline.session_facts sf
        on sf.session_id = e.session_id and (sf.error_count > 0 or sf.rage_click_count > 0)
    join public.behavior_events be on be.session_id = e.session_id
    where be.event_type in ('error', 'rage_click') and be."timestamp" between e.first_at and e.first_at + e.waited
    group by e.test_id, e.session_id
),
judged as (
    select
        e.test_id, e.unit, e.variant, e.assigned_at, e.first_at,
        (e.first_at at time zone 'UTC')::date < e.first_day + e.ramp_days as ramping,
        coalesce(e.other_variant_at <= e.first_at + e.waited, false) as saw_both,
        c.session_id is not null or e.form is null and exists (
            select from jsonb_to_recordset(e.conversion_events) kept (name text, at timestamptz)
            where kept.name = e.target and kept.at between e.first_at and e.first_at + e.waited
        ) as converted,
        o.session_id is not null as other_funnel,
        coalesce(r.error, false) as error,
        coalesce(r.rage_click, false) as rage_click,
        coalesce(sf.page_view_count, 0) as page_views
    from exposed e
    left join converted c on c.test_id = e.test_id and c.session_id = e.session_id
    left join elsewhere o on o.test_id = e.test_id and o.session_id = e.session_id
    left join rough r on r.test_id = e.test_id and r.session_id = e.session_id
    left join uxpipeline.session_facts sf on sf.session_id = e.session_id
),
units as (
    select
        test_id,
        unit,
        (min(first_at) at time zone 'UTC')::date as cohort_day,
        case
            when bool_or(ramping) or count(distinct variant) = 1 and not bool_or(saw_both)
            then (array_agg(variant order by assigned_at, variant))[1]
        end as variant,
        bool_or(converted) as converted,
        bool_or(other_funnel) as other_funnels,
        bool_or(error) as error,
        bool_or(rage_click) as rage_click,
        sum(page_views) <= 1 as bounce
    from judged
    group by test_id, unit
)
select
    t.test_id,
    day.at::date as cohort_day,
    count(*) filter (where u.variant = 'A') as n_a,
    count(*) filter (where u.variant = 'A' and u.converted) as c_a,
    count(*) filter (where u.variant = 'B') as n_b,
    count(*) filter (where u.variant = 'B' and u.converted) as c_b,
    count(*) filter (where u.unit is not null and u.variant is null) as excluded,
    count(*) filter (where u.variant = 'A' and u.error) as error_a,
    count(*) filter (where u.variant = 'B' and u.error) as error_b,
    count(*) filter (where u.variant = 'A' and u.rage_click) as rage_click_a,
    count(*) filter (where u.variant = 'B' and u.rage_click) as rage_click_b,
    count(*) filter (where u.variant = 'A' and u.bounce) as bounce_a,
    count(*) filter (where u.variant = 'B' and u.bounce) as bounce_b,
    count(*) filter (where u.variant = 'A' and u.other_funnels) as other_funnels_a,
    count(*) filter (where u.variant = 'B' and u.other_funnels) as other_funnels_b
from tests t
cross join lateral generate_series(t.first_day::timestamp, t.last_day::timestamp, interval '1 day') day (at)
left join units u on u.test_id = t.test_id and u.cohort_day = day.at::date
group by t.test_id, day.at;
