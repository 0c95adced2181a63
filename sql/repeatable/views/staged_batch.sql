-- What the audit of a load looks at, read in one pass: how many staged rows break each rule, one row a load.
create or replace view uxpipeline.staged_batch with (security_invoker = true) as
select
    load.load_id,
    load.lines,
    events.first_event_at,
    events.last_event_at,
    events.event_session_named,
    events.event_url_without_address,
    events.event_url_length,
    events.event_path_length,
    events.row_belongs_to_line,
    sessions.session_named,
    sessions.session_url_without_address,
    sessions.session_duration_not_negative,
    steps.funnel_step_order_positive,
    steps.funnel_exit_after_entry
from (
    select told.load_id, sum(told.lines)::bigint as lines
    from (
        select l.load_id, count(*) as lines from uxpipeline.stage_lines l group by l.load_id
        union all
        select e.load_id, count(*) filter (where e.plain) from uxpipeline.stage_events e group by e.load_id
    ) told
    group by told.load_id
) load
cross join lateral (
    select
        min(e."timestamp") as first_event_at,
        max(e."timestamp") as last_event_at,
        count(*) filter (where e.session_id = '') as event_session_named,
        count(*) filter (where strpos(e.page_url, '@') > 0) as event_url_without_address,
        count(*) filter (where octet_length(e.page_url) > 1000) as event_url_length,
        count(*) filter (where octet_length(e.element_path) > 1000) as event_path_length,
        count(*) filter (where (l.line_no is null) <> e.plain) as row_belongs_to_line
    from uxpipeline.stage_events e
    left join uxpipeline.stage_lines l on l.load_id = e.load_id and l.line_no = e.line_no and l.outcome = 'pending'
    where e.load_id = load.load_id
) events
cross join lateral (
    select
        count(*) filter (where s.session_id = '') as session_named,
        count(*) filter (
            where strpos(concat(s.landing_page, s.exit_page, s.referrer), '@') > 0
        ) as session_url_without_address,
        count(*) filter (where s.duration_seconds < 0) as session_duration_not_negative
    from uxpipeline.stage_sessions s
    where s.load_id = load.load_id
) sessions
cross join lateral (
    select
        count(*) filter (where f.step_order < 1) as funnel_step_order_positive,
        count(*) filter (where f.exited_at < f.entered_at) as funnel_exit_after_entry
    from uxpipeline.stage_funnel_steps f
    where f.load_id = load.load_id
) steps;

comment on view uxpipeline.staged_batch is 'What the audit of a load looks at: per rule, how many staged rows break it.';
