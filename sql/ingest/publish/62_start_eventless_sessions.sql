-- A session without events began with the first thing known of it.
update public.user_sessions us
set created_at = t.first_at
from touched_sessions t
where us.session_id = t.session_id
    and us.created_at > t.first_at
    and us.supplied is not null
    and not 'created_at' = any (us.supplied)
    and not exists (select from public.behavior_events be where be.session_id = us.session_id);
