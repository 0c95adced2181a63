-- Gives what begin_event_days made, once it is filled, the keys and indexes of behavior_events, and the rule by which
-- attaching need not look whether all rows are of the day.
create or replace function uxpipeline.index_event_days(days date[]) returns void
language plpgsql
set search_path = ''
as $$
declare
    day date;
    partition_name text;
    key oid := (
        select c.oid from pg_catalog.pg_constraint c
        where c.conrelid = 'public.behavior_events'::regclass and c.contype = 'p'
    );
    other_index oid;
begin
    foreach day in array days loop
        partition_name := 'stage_new_events_' || to_char(day, 'YYYYMMDD');
        execute format(
            'alter table uxpipeline.%I add %s', partition_name, pg_catalog.pg_get_constraintdef(key)
        );
        for other_index in
            select i.indexrelid from pg_catalog.pg_index i
            where i.indrelid = 'public.behavior_events'::regclass and not i.indisprimary
        loop
            execute format(
                'create index on uxpipeline.%I %s',
                partition_name, substring(pg_catalog.pg_get_indexdef(other_index) from 'USING .*')
            );
        end loop;
        execute format(
            'alter table uxpipeline.%I add constraint of_day check ("timestamp" >= %L and "timestamp" < %L)',
            partition_name, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00'
        );
    end loop;
end
$$;

select uxpipeline.restrict_function('uxpipeline.index_event_days(date[])');
