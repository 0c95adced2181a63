insert into uxpipeline.repeated_events (session_id, id, "timestamp")
select s.session_id, r.id, r."timestamp"
from repeats r
join stale_sessions s on s.n = r.n;
