-- Sessions with an event in the window, as far as was known then.
insert into pg_temp.stale_sessions
select distinct be.session_id
from public.behavior_events be
where be."timestamp" >= %(history_start)s and be."timestamp" < %(window_end)s and be.received_at < %(known_at)s;
