-- How many rows a stage holds and a sum over their versions: unlike after a crash, or once anyone wrote to it.
select count(*), coalesce(sum(hash_record_extended(version, 0)), 0)
from (
    select (l.ctid, l.xmin) as version from uxpipeline.stage_lines l where l.load_id = %(load_id)s
    union all
    select (e.ctid, e.xmin) from uxpipeline.stage_events e where e.load_id = %(load_id)s
    union all
    select (s.ctid, s.xmin) from uxpipeline.stage_sessions s where s.load_id = %(load_id)s
    union all
    select (f.ctid, f.xmin) from uxpipeline.stage_funnel_steps f where f.load_id = %(load_id)s
    union all
    select (a.ctid, a.xmin) from uxpipeline.stage_assignments a where a.load_id = %(load_id)s
    union all
    select (c.ctid, c.xmin) from uxpipeline.stage_conversions c where c.load_id = %(load_id)s
    union all
    select (m.ctid, m.xmin) from uxpipeline.stage_moments m where m.load_id = %(load_id)s
    union all
    select (r.ctid, r.xmin) from uxpipeline.stage_remarks r where r.load_id = %(load_id)s
) stage;
