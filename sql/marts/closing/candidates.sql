-- Sessions that no load will look at again: those that fell silent since, and those that others wrote to. What the facts
-- say was true when they were computed; what came later is owed to them, as noted just before, or was, and has been paid
-- since the last closing.
create temporary table touched_sessions on commit drop as
select candidates.session_id, true as may_repeat
from (
    select f.session_id
    from uxpipeline.session_facts f
    where f.is_open and f.last_at <= %(silent_before)s
    union
    -- Ended as its record says, but a form left open is abandoned only when the session is silent.
    select f.session_id
    from uxpipeline.session_facts f
    where f.last_at > (select m.closed_before from uxpipeline.mart_state m)
        and f.last_at <= %(silent_before)s
        and f.form_start_count > 0
    union
    select owed.session_id
    from owed_sessions owed
    -- A load looks at the sessions of its lines itself: nothing is left to do where it found one silent and nobody wrote to
    -- it since, neither to its events, which would have been noted, nor to its row.
    where not owed.by_loads
        or not exists (
            select from public.user_sessions us
            where us.session_id = owed.session_id
                and us.xmin::text = any (owed.written_by)
                and us.exit_reason = 'timeout'
                and us.supplied is not null
                and not 'exit_reason' = any (us.supplied)
        )
    union
    select be.session_id
    from public.behavior_events be
    where be.received_at >= %(closed_before)s and be.received_at < %(noted_before)s
        and (be.load_id is null or be.changed)
        -- Mostly not so, and known when the statement is planned: no partition is looked at.
        and %(closed_before)s < %(noted_before)s::timestamptz
    union
    select us.session_id
    from public.user_sessions us
    where us.received_at >= %(closed_before)s and us.received_at < %(noted_before)s
    union
    select cf.session_id
    from public.conversion_funnels cf
    where cf.received_at >= %(closed_before)s and cf.received_at < %(noted_before)s
) candidates;
