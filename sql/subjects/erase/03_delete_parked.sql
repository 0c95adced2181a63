delete from uxpipeline.parked where session_id = %(session_id)s;
