-- The runs of the visitors of this load, out of those known and the moments it brings. A session is named by its visitor
-- and the millisecond it began in.
create temporary table merged_runs on commit drop as
with spans as (
    select m.visitor_key, m.at as started_at, m.at as ended_at, m.session_id as visitor
    from uxpipeline.stage_moments m
    where m.load_id = %(load_id)s
    union all
    select r.visitor_key, r.started_at, r.ended_at, null
    from uxpipeline.visitor_runs r
    where r.session_id is not null
        and r.visitor_key = any (array(
            select distinct m.visitor_key from uxpipeline.stage_moments m where m.load_id = %(load_id)s
        ))
),
parted as (
    select
        s.*,
        s.started_at - max(s.ended_at) over (
            partition by s.visitor_key order by s.started_at, s.ended_at
            rows between unbounded preceding and 1 preceding
        ) >= interval '30 minutes' as begins
    from spans s
),
numbered as (
    select
        p.*,
        count(*) filter (where p.begins) over (partition by p.visitor_key order by p.started_at, p.ended_at) as run_no,
        max(p.visitor) over (partition by p.visitor_key) as name
    from parted p
)
select
    n.visitor_key,
    min(n.started_at) as started_at,
    max(n.ended_at) as ended_at,
    n.name || ':' || floor(extract(epoch from min(n.started_at)) * 1000)::bigint as session_id
from numbered n
group by n.visitor_key, n.run_no, n.name;
