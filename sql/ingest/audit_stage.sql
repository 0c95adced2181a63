-- What no staged row may be, each rule with the number of rows that break it; an empty result is a pass.
select rule, count(*) as rows
from (
    select case
        when e."timestamp" < %(earliest)s or e."timestamp" > %(latest)s then 'event_time_in_window'
        when e.session_id = '' then 'event_session_named'
        when e.page_url like '%%@%%' then 'event_url_without_address'
        when octet_length(e.page_url) > 1000 then 'event_url_length'
        when octet_length(e.element_path) > 1000 then 'event_path_length'
    end as rule
    from uxpipeline.stage_events e
    where e.load_id = %(load_id)s
    union all
    select case
        when s.session_id = '' then 'session_named'
        when concat(s.landing_page, s.exit_page, s.referrer) like '%%@%%' then 'session_url_without_address'
        when s.duration_seconds < 0 then 'session_duration_not_negative'
    end
    from uxpipeline.stage_sessions s
    where s.load_id = %(load_id)s
    union all
    select case
        when f.step_order < 1 then 'funnel_step_order_positive'
        when f.exited_at < f.entered_at then 'funnel_exit_after_entry'
    end
    from uxpipeline.stage_funnel_steps f
    where f.load_id = %(load_id)s
    union all
    select 'row_belongs_to_line'
    from uxpipeline.stage_events e
    where e.load_id = %(load_id)s
        and not exists (
            select from uxpipeline.stage_lines l
            where l.load_id = e.load_id and l.line_no = e.line_no and l.outcome = 'pending'
        )
) findings
where rule is not null
group by rule
order by rule;
