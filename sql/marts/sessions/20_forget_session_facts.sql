-- By an array, so that the rows are looked up session by session however many others there are.
delete from uxpipeline.session_facts f
where f.session_id = any (array(select s.session_id from stale_sessions s where s.known));
