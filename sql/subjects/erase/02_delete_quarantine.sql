delete from uxpipeline.quarantine where strpos(payload, %(session_id)s) > 0;
