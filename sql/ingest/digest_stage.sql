-- How many rows a stage holds and a sum over their contents: unlike after a crash or a foreign delete.
select count(*), coalesce(sum(row_hash), 0)
from (
    select hash_record_extended(l, 0) as row_hash from uxpipeline.stage_lines l where l.load_id = %(load_id)s
    union all
    select hash_record_extended(e, 0) from uxpipeline.stage_events e where e.load_id = %(load_id)s
    union all
    select hash_record_extended(s, 0) from uxpipeline.stage_sessions s where s.load_id = %(load_id)s
    union all
    select hash_record_extended(f, 0) from uxpipeline.stage_funnel_steps f where f.load_id = %(load_id)s
    union all
    select hash_record_extended(a, 0) from uxpipeline.stage_assignments a where a.load_id = %(load_id)s
    union all
    select hash_record_extended(c, 0) from uxpipeline.stage_conversions c where c.load_id = %(load_id)s
    union all
    select hash_record_extended(m, 0) from uxpipeline.stage_moments m where m.load_id = %(load_id)s
    union all
    select hash_record_extended(r, 0) from uxpipeline.stage_remarks r where r.load_id = %(load_id)s
) stage;
