-- A session closed without a duration lasted until now; a supplied duration is never overwritten. The loader's sessions
-- (supplied is not null) may have ended years ago: theirs follows from their events.
create or replace function public.calculate_session_duration() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.exit_page is not null and old.exit_page is null and new.duration_seconds is null and new.supplied is null then
        new.duration_seconds = least(greatest(extract(epoch from clock_timestamp() - new.created_at), 0), 2147483647);
    end if;
    return new;
end
$$;

select uxpipeline.restrict_function('public.calculate_session_duration()');
