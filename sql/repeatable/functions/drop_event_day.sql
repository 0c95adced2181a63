-- Drops a day's events with their partition, and returns how many there were. The facts owe the sessions concerned from
-- the same moment on. Locks as drain_event_day does.
create or replace function uxpipeline.drop_event_day(day date) returns bigint
language plpgsql
set search_path = ''
as $$
declare
    partition_name text := 'behavior_events_' || to_char(day, 'YYYYMMDD');
    dropped bigint;
begin
    lock table public.behavior_events in access exclusive mode;
    if to_regclass('uxpipeline.' || partition_name) is null then
        return 0;
    end if;
    execute format('select count(*) from uxpipeline.%I', partition_name) into dropped;
    execute format(
        'insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
        select distinct session_id, $1, ''behavior_events'', ''deletion'' from uxpipeline.%I',
        partition_name
    ) using day;
    execute format('drop table uxpipeline.%I', partition_name);
    return dropped;
end
$$;

select uxpipeline.restrict_function('uxpipeline.drop_event_day(date)');
