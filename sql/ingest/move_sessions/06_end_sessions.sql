with noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select m.old_id, (m.created_at at time zone 'UTC')::date, 'user_sessions', 'deletion'
    from moved_sessions m
)
delete from public.user_sessions us
using moved_sessions m
where us.session_id = m.old_id;
