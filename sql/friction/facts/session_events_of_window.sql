-- All events of those sessions, each once; an id that came again under another time counts at its earliest.
insert into pg_temp.session_events
select distinct on (be.session_id, be.id) be.*
from public.behavior_events be
join pg_temp.stale_sessions stale on stale.session_id = be.session_id
where be."timestamp" >= %(history_start)s::timestamptz - interval '1 day'
    and be."timestamp" < %(window_end)s::timestamptz + interval '1 day'
    and be.received_at < %(known_at)s
order by be.session_id, be.id, be."timestamp";
