delete from uxpipeline.session_facts f
using stale_sessions s
where f.session_id = s.session_id;
