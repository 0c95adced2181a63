delete from uxpipeline.repeated_events known
using stale_sessions s
where known.session_id = s.session_id;
