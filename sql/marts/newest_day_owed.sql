select max(day) from uxpipeline.stale_sessions;
