delete from uxpipeline.quarantine where uxpipeline.names_session(payload, %(session_id)s);
