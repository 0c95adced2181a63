-- What each session did, from its facts; sessions that came since the last refresh show no events yet.
create or replace view public.session_analytics with (security_invoker = true) as
select
    us.session_id,
    us.landing_page,
    us.exit_page,
    us.exit_reason,
    us.duration_seconds,
    us.page_count,
    coalesce(f.total_events, 0) as total_events,
    coalesce(f.click_count, 0) as click_count,
    coalesce(f.rage_click_count, 0) as rage_click_count,
    coalesce(f.hesitation_count, 0) as hesitation_count,
    coalesce(f.form_abandon_count, 0) as form_abandon_count,
    coalesce(f.form_submit_count, 0) as form_submit_count,
    f.max_scroll_depth,
    coalesce(f.funnels_entered, '{}') as funnels_entered
from public.user_sessions us
left join uxpipeline.session_facts f on f.session_id = us.session_id;

comment on view public.session_analytics is 'Per session: what was done, how far it scrolled, which funnels it entered.';
