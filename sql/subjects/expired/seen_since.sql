-- Those of the sessions that somebody wrote events of since, which the facts may not know yet.
select distinct be.session_id
from public.behavior_events be
where be.session_id = any (%(session_ids)s) and be."timestamp" >= %(before)s;
