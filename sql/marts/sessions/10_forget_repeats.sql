delete from uxpipeline.repeated_events known
where known.session_id = any (array(select s.session_id from stale_sessions s where s.known));
