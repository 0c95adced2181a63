delete from uxpipeline.remarks where session_id = any (%(session_ids)s);
