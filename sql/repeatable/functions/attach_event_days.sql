-- Attaches what begin_event_days made, once it is filled: keys and indexes are built all at once, and foreign keys are
-- checked so. Only from then on others wait, until the transaction ends.
create or replace function uxpipeline.attach_event_days(days date[]) returns void
language plpgsql
set search_path = ''
as $$
declare
    day date;
    partition_name text;
    definition text;
begin
    foreach day in array days loop
        partition_name := 'behavior_events_' || to_char(day, 'YYYYMMDD');
        execute format('alter table uxpipeline.new_events detach partition uxpipeline.%I', partition_name);
        for definition in
            select pg_catalog.format('alter table uxpipeline.%I add %s', partition_name, pg_catalog.pg_get_constraintdef(c.oid))
            from pg_catalog.pg_constraint c
            where c.conrelid = 'public.behavior_events'::regclass and c.contype = 'p'
            union all
            select pg_catalog.format(
                'create index on uxpipeline.%I %s',
                partition_name, substring(pg_catalog.pg_get_indexdef(i.indexrelid) from 'USING .*')
            )
            from pg_catalog.pg_index i
            where i.indrelid = 'public.behavior_events'::regclass and not i.indisprimary
            union all
            -- Attaching need not look whether all rows are of the day.
            select pg_catalog.format(
                'alter table uxpipeline.%I add constraint of_day check ("timestamp" >= %L and "timestamp" < %L)',
                partition_name, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00'
            )
        loop
            execute definition;
        end loop;
        execute format('alter table uxpipeline.%I enable row level security', partition_name);
        perform uxpipeline.restrict_relation(format('uxpipeline.%I', partition_name)::regclass);
    end loop;
    drop table uxpipeline.new_events;
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
