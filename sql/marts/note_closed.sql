-- The facts owe what closing wrote: it does not count as received. Sessions that somebody else changed meanwhile may be
-- among them, and are noted again when that is seen.
insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select us.session_id, (us.created_at at time zone 'UTC')::date, 'user_sessions', 'direct write'
from touched_sessions t
cross join lateral (
    select * from public.user_sessions stored where stored.session_id = t.session_id offset 0
) us
where us.updated_at >= now();
