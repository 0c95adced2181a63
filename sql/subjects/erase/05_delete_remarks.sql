delete from uxpipeline.remarks where session_id = %(session_id)s;
