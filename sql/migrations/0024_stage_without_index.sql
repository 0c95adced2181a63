-- A file's events are joined all at once, never looked up; keeping an index of them cost more than copying them.
drop index uxpipeline.idx_stage_events;
