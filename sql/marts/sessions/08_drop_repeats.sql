delete from session_events e
using repeats r
where e.session_id = r.session_id and e.id = r.id and e."timestamp" = r."timestamp";
