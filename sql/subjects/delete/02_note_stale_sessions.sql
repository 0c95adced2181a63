insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select found.session_id, found.day, found.relation, 'deletion'
from (
    select us.session_id, (us.created_at at time zone 'UTC')::date as day, 'user_sessions' as relation
    from public.user_sessions us
    where us.session_id = any (%(session_ids)s)
    union
    select be.session_id, (be."timestamp" at time zone 'UTC')::date, 'behavior_events'
    from public.behavior_events be
    where be.session_id = any (%(session_ids)s)
    union
    select cf.session_id, (cf.entered_at at time zone 'UTC')::date, 'conversion_funnels'
    from public.conversion_funnels cf
    where cf.session_id = any (%(session_ids)s)
) found;
