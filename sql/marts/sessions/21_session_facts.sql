-- Per session: what was done, when, and whether it reached the conversion goal.
with counted as (
    select
        session_id,
        min("timestamp") as first_at,
        max("timestamp") as last_at,
        count(*) as total_events,
        count(*) filter (where event_type = 'click') as click_count,
        count(*) filter (where event_type = 'rage_click') as rage_click_count,
        count(*) filter (where event_type = 'hesitation') as hesitation_count,
        count(*) filter (where event_type = 'error') as error_count,
        count(*) filter (where event_type = 'form_start') as form_start_count,
        count(*) filter (where event_type = 'form_abandon') as form_abandon_count,
        count(*) filter (where event_type = 'form_submit') as form_submit_count,
        count(*) filter (where event_type = 'page_view') as page_view_count,
        max(case
            when scroll_depth ~ '^[0-9]{1,3}(\.[0-9]{1,6})?$' then scroll_depth::numeric
        end) as max_scroll_depth
    from session_events
    group by session_id
),
steps as (
    select
        cf.session_id,
        array_agg(distinct cf.funnel_name) as funnels_entered,
        min(cf.entered_at) filter (
            where cf.funnel_name = target.funnel_name and cf.step_order = target.step_order
        ) as converted_at
    from public.conversion_funnels cf
    cross join uxpipeline.conversion_target target
    where cf.session_id = any (array(select s.session_id from stale_sessions s))
    group by cf.session_id
)
insert into uxpipeline.session_facts (
    session_id, first_at, last_at, total_events, click_count, rage_click_count, hesitation_count, error_count,
    form_start_count, form_abandon_count, form_submit_count, page_view_count, max_scroll_depth, funnels_entered,
    converted_at, is_open
)
select
    us.session_id,
    coalesce(c.first_at, us.created_at), coalesce(c.last_at, us.created_at),
    coalesce(c.total_events, 0), coalesce(c.click_count, 0), coalesce(c.rage_click_count, 0),
    coalesce(c.hesitation_count, 0), coalesce(c.error_count, 0), coalesce(c.form_start_count, 0),
    coalesce(c.form_abandon_count, 0), coalesce(c.form_submit_count, 0), coalesce(c.page_view_count, 0),
    c.max_scroll_depth, coalesce(st.funnels_entered, '{}'), st.converted_at,
    us.exit_reason is null
    and case when us.supplied is null then us.exit_page is null else not ('exit_page' = any (us.supplied)) end
from public.user_sessions us
left join counted c on c.session_id = us.session_id
left join steps st on st.session_id = us.session_id
where us.session_id = any (array(select s.session_id from stale_sessions s));
