-- How many lines have waited too long of sessions that nothing else is known of; the others go with their session.
select count(*)
from uxpipeline.parked p
where p.received_at < %(before)s
    and not exists (select from public.user_sessions us where us.session_id = p.session_id);
