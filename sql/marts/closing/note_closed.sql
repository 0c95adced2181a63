-- The facts owe what closing wrote: it does not count as received. What was noted in this transaction nobody can have paid
-- before it ends. Sessions that somebody else changed meanwhile may be among these, and are noted again once that is seen.
insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select us.session_id, (us.created_at at time zone 'UTC')::date, 'user_sessions', 'direct write'
from touched_sessions t
cross join lateral (
    select * from public.user_sessions stored where stored.session_id = t.session_id offset 0
) us
where us.updated_at >= now()
    and us.session_id not in (
        select noted.session_id from uxpipeline.stale_sessions noted where noted.xmin = pg_current_xact_id()::xid
    );
