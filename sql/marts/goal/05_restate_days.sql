-- The conversions of every day, under the new goal.
with counted as (
    select d.day, d.conversions as before, d.computed_at, count(cf.session_id) as after
    from uxpipeline.fact_days d
    cross join uxpipeline.conversion_target target
    left join public.conversion_funnels cf
        on cf.funnel_name = target.funnel_name and cf.step_order = target.step_order
        and (cf.entered_at at time zone 'UTC')::date = d.day
    group by d.day
),
restated as (
    update uxpipeline.fact_days d
    set conversions = c.after
    from counted c
    where d.day = c.day and c.before <> c.after
    returning d.day
)
insert into uxpipeline.restatements (day, relation, before, after, causes)
select
    c.day, 'conversion_funnels', jsonb_build_object('conversions', c.before),
    jsonb_build_object('conversions', c.after), '{conversion goal}'
from restated r
join counted c on c.day = r.day
where c.computed_at >= (c.day + 1)::timestamp at time zone 'UTC';
