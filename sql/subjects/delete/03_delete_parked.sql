delete from uxpipeline.parked where session_id = any (%(session_ids)s);
