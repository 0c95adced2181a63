delete from uxpipeline.session_surfaces stored
using pg_temp.stale_sessions stale
where stored.session_id = stale.session_id;
