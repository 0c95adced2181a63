-- How many rows a stage holds and a sum over their contents: unlike after a crash or a foreign delete.
select count(*), coalesce(sum(hashtextextended(row_text, 0)::numeric), 0)
from (
    select l::text as row_text from uxpipeline.stage_lines l where l.load_id = %(load_id)s
    union all
    select e::text from uxpipeline.stage_events e where e.load_id = %(load_id)s
    union all
    select s::text from uxpipeline.stage_sessions s where s.load_id = %(load_id)s
    union all
    select f::text from uxpipeline.stage_funnel_steps f where f.load_id = %(load_id)s
    union all
    select a::text from uxpipeline.stage_assignments a where a.load_id = %(load_id)s
    union all
    select c::text from uxpipeline.stage_conversions c where c.load_id = %(load_id)s
    union all
    select m::text from uxpipeline.stage_moments m where m.load_id = %(load_id)s
    union all
    select r::text from uxpipeline.stage_remarks r where r.load_id = %(load_id)s
) stage;
