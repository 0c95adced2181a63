-- Makes what a load stored apart partitions of behavior_events. Their sessions are checked all at once. Only from then on
-- others wait, until the transaction ends.
create or replace function uxpipeline.attach_event_days(days date[]) returns void
language plpgsql
set search_path = ''
as $$
declare
    day date;
    staged_name text;
    partition_name text;
    index_name text;
begin
    foreach day in array days loop
        staged_name := 'stage_new_events_' || to_char(day, 'YYYYMMDD');
        partition_name := 'behavior_events_' || to_char(day, 'YYYYMMDD');
        execute format('alter table uxpipeline.stage_new_events detach partition uxpipeline.%I', staged_name);
        execute format('alter table uxpipeline.%I rename to %I', staged_name, partition_name);
        for index_name in
            select c.relname
            from pg_catalog.pg_index i
            join pg_catalog.pg_class c on c.oid = i.indexrelid
            where i.indrelid = format('uxpipeline.%I', partition_name)::regclass
        loop
            execute format(
                'alter index uxpipeline.%I rename to %I', index_name, replace(index_name, staged_name, partition_name)
            );
        end loop;
        execute format('alter table uxpipeline.%I enable row level security', partition_name);
    end loop;
    drop table uxpipeline.stage_new_events;
    foreach day in array days loop
        partition_name := 'behavior_events_' || to_char(day, 'YYYYMMDD');
        execute format(
            'alter table public.behavior_events attach partition uxpipeline.%I for values from (%L) to (%L)',
            partition_name, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00'
        );
        execute format('alter table uxpipeline.%I drop constraint of_day', partition_name);
    end loop;
end
$$;

select uxpipeline.restrict_function('uxpipeline.attach_event_days(date[])');
