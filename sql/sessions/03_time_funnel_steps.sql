-- A derived step ends where the session's next step of the funnel begins, unless that was reached earlier.
update public.conversion_funnels cf
set exited_at = timed.exited_at,
    duration_seconds = least(extract(epoch from timed.exited_at - timed.entered_at), 2147483647)::integer
from (
    select
        steps.session_id, steps.id, steps.entered_at,
        case when steps.next_at >= steps.entered_at then steps.next_at end as exited_at
    from (
        select
            cf.session_id, cf.id, cf.entered_at,
            lead(cf.entered_at) over (partition by cf.session_id, cf.funnel_name order by cf.step_order) as next_at
        from public.conversion_funnels cf
        join touched_sessions t on t.session_id = cf.session_id
    ) steps
) timed
where cf.session_id = timed.session_id
    and cf.id = timed.id
    and cf.metadata ? 'detector'
    and cf.exited_at is distinct from timed.exited_at;
