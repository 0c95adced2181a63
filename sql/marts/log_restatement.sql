-- A day was complete when its facts were last computed, and now they say something else.
with changes as (
    select
        'daily_friction_summary' as relation,
        jsonb_build_object(
            'events', o.events, 'sessions', o.sessions, 'rage_clicks', o.rage_clicks, 'hesitations', o.hesitations,
            'errors', o.errors, 'form_abandons', o.form_abandons, 'form_submits', o.form_submits, 'digest', o.digest
        ) as before,
        jsonb_build_object(
            'events', n.events, 'sessions', n.sessions, 'rage_clicks', n.rage_clicks, 'hesitations', n.hesitations,
            'errors', n.errors, 'form_abandons', n.form_abandons, 'form_submits', n.form_submits, 'digest', n.digest
        ) as after
    from uxpipeline.fact_days o
    cross join day_counts n
    where o.day = %(day)s and o.computed_at >= %(day_end)s
    union all
    select
        'conversion_funnels',
        jsonb_build_object('funnel_steps', o.funnel_steps, 'conversions', o.conversions),
        jsonb_build_object('funnel_steps', n.funnel_steps, 'conversions', n.conversions)
    from uxpipeline.fact_days o
    cross join day_counts n
    where o.day = %(day)s and o.computed_at >= %(day_end)s
),
logged as (
    insert into uxpipeline.restatements (day, relation, before, after, causes)
    select %(day)s, c.relation, c.before, c.after, array(select distinct cause from causes order by cause)
    from changes c
    where c.before <> c.after
    returning 1
)
select count(*) from logged;
