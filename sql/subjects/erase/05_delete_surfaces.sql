delete from uxpipeline.session_surfaces where session_id = %(session_id)s;
