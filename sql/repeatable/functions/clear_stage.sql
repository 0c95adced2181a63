-- Empties the stage of a load and of any earlier one that was killed: loads are serialised by a lease. A stage that grew
-- large is cut off, for deleted rows would be read by each load until they are vacuumed; unless somebody reads it now, as a
-- backup does, or a later load uses it, because the lease was lost.
create or replace function uxpipeline.clear_stage(until_load bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
    large constant bigint := 16 * 1024 * 1024;
    latest bigint := (select l.last_value from uxpipeline.load_id l);
    size bigint := pg_relation_size('uxpipeline.stage_events') + pg_relation_size('uxpipeline.stage_lines');
begin
    delete from uxpipeline.stage_verdicts where load_id <= until_load;
    if latest = until_load and size > large then
        begin
            lock table
                uxpipeline.stage_lines, uxpipeline.stage_events, uxpipeline.stage_sessions,
                uxpipeline.stage_funnel_steps, uxpipeline.stage_assignments, uxpipeline.stage_moments,
                uxpipeline.stage_repeated_ids, uxpipeline.stage_remarks, uxpipeline.stage_conversions
                in access exclusive mode nowait;
            truncate
                uxpipeline.stage_lines, uxpipeline.stage_events, uxpipeline.stage_sessions,
                uxpipeline.stage_funnel_steps, uxpipeline.stage_assignments, uxpipeline.stage_moments,
                uxpipeline.stage_repeated_ids, uxpipeline.stage_remarks, uxpipeline.stage_conversions;
            return;
        exception when lock_not_available then
            null;
        end;
    end if;
    delete from uxpipeline.stage_lines where load_id <= until_load;
    delete from uxpipeline.stage_events where load_id <= until_load;
    delete from uxpipeline.stage_sessions where load_id <= until_load;
    delete from uxpipeline.stage_funnel_steps where load_id <= until_load;
    delete from uxpipeline.stage_assignments where load_id <= until_load;
    delete from uxpipeline.stage_moments where load_id <= until_load;
    delete from uxpipeline.stage_repeated_ids where load_id <= until_load;
    delete from uxpipeline.stage_remarks where load_id <= until_load;
    delete from uxpipeline.stage_conversions where load_id <= until_load;
end
$$;

select uxpipeline.restrict_function('uxpipeline.clear_stage(bigint)');
