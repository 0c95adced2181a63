-- Per session: what was done, when, and whether it reached the conversion goal.
with counted as (
    select
        n,
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
    group by n
),
steps as (
    select
        st.n,
        array_agg(distinct st.funnel_name) as funnels_entered,
        min(st.entered_at) filter (
            where st.funnel_name = target.funnel_name and st.step_order = target.step_order
        ) as converted_at
    from session_steps st
    cross join uxpipeline.conversion_target target
    group by st.n
)
insert into uxpipeline.session_facts (
    session_id, first_at, last_at, total_events, click_count, rage_click_count, hesitation_count, error_count,
    form_start_count, form_abandon_count, form_submit_count, page_view_count, max_scroll_depth, funnels_entered,
    converted_at, is_open
)
select
    s.session_id,
    coalesce(c.first_at, s.created_at), coalesce(c.last_at, s.created_at),
    coalesce(c.total_events, 0), coalesce(c.click_count, 0), coalesce(c.rage_click_count, 0),
    coalesce(c.hesitation_count, 0), coalesce(c.error_count, 0), coalesce(c.form_start_count, 0),
    coalesce(c.form_abandon_count, 0), coalesce(c.form_submit_count, 0), coalesce(c.page_view_count, 0),
    c.max_scroll_depth, coalesce(st.funnels_entered, '{}'), st.converted_at, s.is_open
from stale_sessions s
left join counted c on c.n = s.n
left join steps st on st.n = s.n
-- Without a record it was erased.
where s.created_at is not null
order by s.n;
