-- Gives a day whose events lie in the default partition one of its own, and returns how many moved. Writers wait while the
-- rows of that one day are moved; whoever read before reads on. The table is locked before its partitions, in the order of
-- an insert, so that no deadlock comes of it.
create or replace function uxpipeline.drain_event_day(day date) returns bigint
language plpgsql
set search_path = ''
as $$
declare
    partition_name text := 'behavior_events_' || to_char(day, 'YYYYMMDD');
    first_moment timestamptz := day::timestamp at time zone 'UTC';
    end_moment timestamptz := (day + 1)::timestamp at time zone 'UTC';
    moved bigint;
begin
    lock table public.behavior_events in access exclusive mode;
    if to_regclass('uxpipeline.' || partition_name) is not null then
        return 0;
    end if;
    execute format(
        'create table uxpipeline.%I (like public.behavior_events including defaults including constraints)',
        partition_name
    );
    execute format('alter table uxpipeline.%I enable row level security', partition_name);
    perform uxpipeline.restrict_relation(format('uxpipeline.%I', partition_name)::regclass);
    execute format(
        'with gone as (
            delete from uxpipeline.behavior_events_default where "timestamp" >= $1 and "timestamp" < $2 returning *
        )
        insert into uxpipeline.%I select * from gone',
        partition_name
    ) using first_moment, end_moment;
    get diagnostics moved = row_count;
    execute format(
        'alter table public.behavior_events attach partition uxpipeline.%I for values from (%L) to (%L)',
        partition_name, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00'
    );
    return moved;
end
$$;

select uxpipeline.restrict_function('uxpipeline.drain_event_day(date)');
