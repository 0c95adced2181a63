delete from uxpipeline.stale_sessions where day = %(day)s;
