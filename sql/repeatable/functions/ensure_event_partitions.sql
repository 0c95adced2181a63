-- Makes the daily partitions of behavior_events from first_day to last_day and returns how many were new.
-- A day whose rows already lie in the default partition is left there: nothing is lost, a check reports it.
create or replace function uxpipeline.ensure_event_partitions(first_day date, last_day date) returns integer
language plpgsql
set search_path = ''
as $$
declare
    day date;
    partition_name text;
    made integer := 0;
begin
    for day in select generate_series(first_day, last_day, interval '1 day')::date loop
        partition_name := 'behavior_events_' || to_char(day, 'YYYYMMDD');
        continue when to_regclass('uxpipeline.' || partition_name) is not null;
        continue when exists (
            select from uxpipeline.behavior_events_default d
            where d."timestamp" >= day::timestamp at time zone 'UTC'
                and d."timestamp" < (day + 1)::timestamp at time zone 'UTC'
        );
        begin
            execute format(
                'create table uxpipeline.%I partition of public.behavior_events for values from (%L) to (%L)',
                partition_name, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00'
            );
            -- Row security is not inherited by partitions.
            execute format('alter table uxpipeline.%I enable row level security', partition_name);
            made := made + 1;
        exception when duplicate_table then
            null;
        end;
    end loop;
    return made;
end
$$;

select uxpipeline.restrict_function('uxpipeline.ensure_event_partitions(date, date)');
