-- When it was stays, so that what belongs to it stays away; whose it was is only a keyed hash.
update uxpipeline.visitor_runs set session_id = null where session_id = %(session_id)s;
