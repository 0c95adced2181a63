-- Events and funnels are aggregated apart: joining them first would multiply the one by the other.
create or replace view public.session_analytics with (security_invoker = true) as
select
    us.session_id,
    us.landing_page,
    us.exit_page,
    us.exit_reason,
    us.duration_seconds,
    us.page_count,
    coalesce(events.total_events, 0) as total_events,
    coalesce(events.click_count, 0) as click_count,
    coalesce(events.rage_click_count, 0) as rage_click_count,
    coalesce(events.hesitation_count, 0) as hesitation_count,
    coalesce(events.form_abandon_count, 0) as form_abandon_count,
    coalesce(events.form_submit_count, 0) as form_submit_count,
    events.max_scroll_depth,
    coalesce(funnels.funnels_entered, '{}') as funnels_entered
from public.user_sessions us
left join (
    select
        be.session_id,
        count(distinct be.id) as total_events,
        count(distinct be.id) filter (where be.event_type = 'click') as click_count,
        count(distinct be.id) filter (where be.event_type = 'rage_click') as rage_click_count,
        count(distinct be.id) filter (where be.event_type = 'hesitation') as hesitation_count,
        count(distinct be.id) filter (where be.event_type = 'form_abandon') as form_abandon_count,
        count(distinct be.id) filter (where be.event_type = 'form_submit') as form_submit_count,
        max(case
            when be.event_type = 'scroll_depth' and be.event_data ->> 'percentage' ~ '^[0-9]{1,3}(\.[0-9]{1,6})?$'
                then (be.event_data ->> 'percentage')::decimal
        end) as max_scroll_depth
    from public.behavior_events be
    group by be.session_id
) events on events.session_id = us.session_id
left join (
    select cf.session_id, array_agg(distinct cf.funnel_name) as funnels_entered
    from public.conversion_funnels cf
    group by cf.session_id
) funnels on funnels.session_id = us.session_id;

comment on view public.session_analytics is 'Per session: what was done, how far it scrolled, which funnels it entered.';
