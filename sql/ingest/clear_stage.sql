-- Empties the stage of this load and of any earlier one that was killed: loads are serialised by a lease.
with lines as (delete from uxpipeline.stage_lines where load_id <= %(load_id)s),
events as (delete from uxpipeline.stage_events where load_id <= %(load_id)s),
sessions as (delete from uxpipeline.stage_sessions where load_id <= %(load_id)s),
funnel_steps as (delete from uxpipeline.stage_funnel_steps where load_id <= %(load_id)s),
assignments as (delete from uxpipeline.stage_assignments where load_id <= %(load_id)s),
moments as (delete from uxpipeline.stage_moments where load_id <= %(load_id)s),
repeated_ids as (delete from uxpipeline.stage_repeated_ids where load_id <= %(load_id)s),
remarks as (delete from uxpipeline.stage_remarks where load_id <= %(load_id)s),
conversions as (delete from uxpipeline.stage_conversions where load_id <= %(load_id)s)
delete from uxpipeline.stage_verdicts where load_id <= %(load_id)s;
