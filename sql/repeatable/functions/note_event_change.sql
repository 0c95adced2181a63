-- As touch_received_at, and marks the event: one that a file brought would not be looked for otherwise.
create or replace function public.note_event_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.received_at is not distinct from old.received_at then
        new.received_at = clock_timestamp();
    end if;
    new.changed = true;
    return new;
end
$$;

select uxpipeline.restrict_function('public.note_event_change()');
