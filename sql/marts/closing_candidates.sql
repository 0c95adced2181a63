-- Sessions that no load will look at again: those that fell silent since, and those that others wrote to. What the facts
-- say was true when they were computed; what came later is owed to them or was received since.
create temporary table touched_sessions on commit drop as
with state as (
    select m.closed_before, m.closed_received_before as since from uxpipeline.mart_state m
)
select candidates.session_id, true as may_repeat
from (
    select f.session_id
    from uxpipeline.session_facts f
    where f.is_open and f.last_at <= %(silent_before)s
    union
    -- Ended as its record says, but a form left open is abandoned only when the session is silent.
    select f.session_id
    from uxpipeline.session_facts f
    where f.last_at > (select closed_before from state) and f.last_at <= %(silent_before)s and f.form_start_count > 0
    union
    select s.session_id from uxpipeline.stale_sessions s
    union
    select be.session_id
    from public.behavior_events be
    where be.received_at >= (select since from state) and (be.load_id is null or be.changed)
    union
    select us.session_id from public.user_sessions us where us.received_at >= (select since from state)
    union
    select cf.session_id from public.conversion_funnels cf where cf.received_at >= (select since from state)
) candidates;
