insert into uxpipeline.repeated_events (session_id, id, "timestamp")
select session_id, id, "timestamp" from repeats;
