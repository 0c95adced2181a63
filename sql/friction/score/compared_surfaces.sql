-- Surfaces with evidence enough to estimate a loss from.
create temporary table compared_surfaces on commit drop as
with exposed as (
    select surface_no, count(*) as sessions
    from pg_temp.units
    where in_window and exposed
    group by surface_no
),
affected as (
    select surface_no, sum(sessions) as sessions, count(*) as visitors
    from (
        select u.surface_no, ss.visitor_no, count(*) as sessions
        from pg_temp.units u
        join pg_temp.scored_sessions ss on ss.session_no = u.session_no
        where u.in_window and u.exposed and u.friction_at is not null
        group by u.surface_no, ss.visitor_no
    ) visitors
    group by surface_no
)
select e.surface_no, s.surface_level
from pg_temp.scoring_window w
join exposed e on e.sessions >= w.gate_exposed
join affected a on a.surface_no = e.surface_no and a.sessions >= w.gate_affected and a.visitors >= w.gate_visitors
join pg_temp.scored_surfaces s on s.surface_no = e.surface_no;
