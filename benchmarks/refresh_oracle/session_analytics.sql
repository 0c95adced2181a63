-- The seed's columns over raw tables, events and funnels apart (D29), no {NULL} (D30), only sane percentages (D27).
with counted as (
    select
        be.session_id,
        count(*) as total_events,
        sum(case when be.event_type = 'click' then 1 else 0 end) as click_count,
        sum(case when be.event_type = 'rage_click' then 1 else 0 end) as rage_click_count,
        sum(case when be.event_type = 'hesitation' then 1 else 0 end) as hesitation_count,
        sum(case when be.event_type = 'form_abandon' then 1 else 0 end) as form_abandon_count,
        sum(case when be.event_type = 'form_submit' then 1 else 0 end) as form_submit_count,
        max(case
            when be.event_type = 'scroll_depth' and be.event_data ->> 'percentage' ~ '^[0-9]{1,3}(\.[0-9]{1,6})?$'
                then (be.event_data ->> 'percentage')::decimal
        end) as max_scroll_depth
    from events be
    group by be.session_id
),
entered as (
    select cf.session_id, array_agg(distinct cf.funnel_name) as funnels
    from public.conversion_funnels cf
    group by cf.session_id
)
select
    us.session_id,
    us.landing_page,
    us.exit_page,
    us.exit_reason,
    us.duration_seconds,
    us.page_count,
    coalesce(c.total_events, 0) as total_events,
    coalesce(c.click_count, 0) as click_count,
    coalesce(c.rage_click_count, 0) as rage_click_count,
    coalesce(c.hesitation_count, 0) as hesitation_count,
    coalesce(c.form_abandon_count, 0) as form_abandon_count,
    coalesce(c.form_submit_count, 0) as form_submit_count,
    c.max_scroll_depth,
    coalesce(f.funnels, '{}') as funnels_entered
from public.user_sessions us
left join counted c on c.session_id = us.session_id
left join entered f on f.session_id = us.session_id
