-- Empties the stage of a load and of any earlier one that was killed: loads are serialised by a lease. A stage that grew
-- large is cut off, for deleted rows would be read by each load until they are vacuumed; unless somebody reads it now, as a
-- backup does, or a later load uses it, because the lease was lost.
create or replace function uxpipeline.clear_stage(until_load bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
    stages constant text[] := array[
        'stage_lines', 'stage_events', 'stage_sessions', 'stage_funnel_steps', 'stage_assignments', 'stage_moments',
        'stage_repeated_ids', 'stage_remarks', 'stage_conversions'
    ];
    stage text;
    large constant bigint := 16 * 1024 * 1024;
    latest bigint := (select l.last_value from uxpipeline.load_id l);
    size bigint := pg_relation_size('uxpipeline.stage_events') + pg_relation_size('uxpipeline.stage_lines');
begin
    delete from uxpipeline.stage_verdicts where load_id <= until_load;
    if latest = until_load and size > large then
        begin
            foreach stage in array stages loop
                execute format('lock table uxpipeline.%I in access exclusive mode nowait', stage);
                execute format('truncate uxpipeline.%I', stage);
            end loop;
            return;
        exception when lock_not_available then
            null;
        end;
    end if;
    foreach stage in array stages loop
        execute format('delete from uxpipeline.%I where load_id <= $1', stage) using until_load;
    end loop;
end
$$;

select uxpipeline.restrict_function('uxpipeline.clear_stage(bigint)');
