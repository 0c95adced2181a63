-- What a load stored apart and did not publish.
drop table if exists uxpipeline.stage_new_events;
