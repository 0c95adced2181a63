drop trigger if exists touch_behavior_events_received_at on public.behavior_events;
create trigger touch_behavior_events_received_at
before update on public.behavior_events
for each row when (old.* is distinct from new.*) execute function public.note_event_change();
