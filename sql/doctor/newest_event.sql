select max("timestamp") from public.behavior_events;
