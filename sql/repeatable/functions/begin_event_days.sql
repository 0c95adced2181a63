-- Makes the partitions of new days where nobody meets them yet, in a parent of their own and without keys: a load fills
-- them there.
create or replace function uxpipeline.begin_event_days(days date[]) returns void
language plpgsql
set search_path = ''
as $$
declare
    day date;
begin
    create table uxpipeline.stage_new_events (like public.behavior_events including all excluding indexes)
    partition by range ("timestamp");
    perform uxpipeline.restrict_relation(to_regclass('uxpipeline.stage_new_events'));
    foreach day in array days loop
        execute format(
            'create table uxpipeline.%I partition of uxpipeline.stage_new_events for values from (%L) to (%L)',
            'stage_new_events_' || to_char(day, 'YYYYMMDD'), day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00'
        );
        perform uxpipeline.restrict_relation(
            format('uxpipeline.%I', 'stage_new_events_' || to_char(day, 'YYYYMMDD'))::regclass
        );
    end loop;
end
$$;

select uxpipeline.restrict_function('uxpipeline.begin_event_days(date[])');
