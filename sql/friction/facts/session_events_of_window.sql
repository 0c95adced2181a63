-- All events, as far as was known then, of sessions with one in the window; each once: an id that came again under another
-- time counts at its earliest.
insert into pg_temp.session_events
select distinct on (be.session_id, be.id) be.*
from public.behavior_events be
join (
    select distinct session_id
    from public.behavior_events
    where "timestamp" >= %(history_start)s and "timestamp" < %(window_end)s and received_at < %(known_at)s
) present on present.session_id = be.session_id
where be."timestamp" >= %(history_start)s::timestamptz - interval '1 day'
    and be."timestamp" < %(window_end)s::timestamptz + interval '1 day'
    and be.received_at < %(known_at)s
order by be.session_id, be.id, be."timestamp";
