-- A session without events began with the first thing known of it. Events would have told when it ended.
update public.user_sessions us
set created_at = t.first_at
from touched_sessions t
where us.session_id = t.session_id
    and us.created_at > t.first_at
    and us.supplied is not null
    and not 'created_at' = any (us.supplied)
    and (us.exit_page is null or us.duration_seconds is null);
