delete from uxpipeline.session_friction f
using stale_sessions s
where f.session_id = s.session_id;
