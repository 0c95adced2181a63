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
            cf.session_id, cf.id, cf.entered_at, cf.metadata,
            lead(cf.entered_at) over (partition by cf.session_id, cf.funnel_name order by cf.step_order) as next_at
        from public.conversion_funnels cf
        -- By an array, so that the rows are looked up session by session however many others there are.
        where cf.session_id = any (array(select t.session_id from touched_sessions t))
    ) steps
    where steps.metadata ? 'detector'
) timed
where cf.session_id = any (array(select t.session_id from touched_sessions t))
    and cf.session_id = timed.session_id
    and cf.id = timed.id
    and cf.metadata ? 'detector'
    and cf.exited_at is distinct from timed.exited_at;
