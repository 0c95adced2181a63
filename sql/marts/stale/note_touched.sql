-- Sessions with rows that came or changed since the last refresh without our loader, which notes its own: what is owed
-- already is not noted twice, but that others wrote as well is. All that was found is counted.
with touched as materialized (
    -- Each relation by itself: a `union` would hash every event with what it has in common with all others.
    select distinct be.session_id, (be."timestamp" at time zone 'UTC')::date as day, 'behavior_events' as relation
    from public.behavior_events be
    where be.received_at >= %(received_before)s and (be.load_id is null or be.changed)
    union all
    select us.session_id, (us.created_at at time zone 'UTC')::date, 'user_sessions'
    from public.user_sessions us
    where us.received_at >= %(received_before)s
    union all
    select distinct cf.session_id, (cf.entered_at at time zone 'UTC')::date, 'conversion_funnels'
    from public.conversion_funnels cf
    where cf.received_at >= %(received_before)s
),
noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    -- Not `not exists`: of a queue that was empty the planner knows nothing, and it would read it once per row.
    select news.session_id, news.day, news.relation, 'direct write'
    from (
        select session_id, day, relation from touched
        except
        select session_id, day, relation from uxpipeline.stale_sessions
        -- Sessions do not say who wrote them: closing asks whether it was the load that noted them.
        where cause <> 'load' or relation = 'user_sessions'
    ) news
)
select count(*) from touched;
