-- What the planner knows of a queue is out of date: mostly that it was empty, or held another day. It would read all of it
-- once per session. A sample says enough, and while a vacuum holds the queue the plans do without.
set local default_statistics_target = 10;
analyze (skip_locked) uxpipeline.stale_sessions (session_id, day);
