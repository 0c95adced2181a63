delete from uxpipeline.visitor_runs where session_id = any (%(session_ids)s);
