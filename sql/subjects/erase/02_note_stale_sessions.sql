insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select %(session_id)s, found.day, found.relation, 'deletion'
from (
    select (us.created_at at time zone 'UTC')::date as day, 'user_sessions' as relation
    from public.user_sessions us
    where us.session_id = %(session_id)s
    union
    select (be."timestamp" at time zone 'UTC')::date, 'behavior_events'
    from public.behavior_events be
    where be.session_id = %(session_id)s
    union
    select (cf.entered_at at time zone 'UTC')::date, 'conversion_funnels'
    from public.conversion_funnels cf
    where cf.session_id = %(session_id)s
) found;
