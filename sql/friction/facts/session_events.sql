create temporary table session_events (like public.behavior_events) on commit drop;
