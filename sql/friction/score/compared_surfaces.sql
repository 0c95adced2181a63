-- Surfaces with evidence enough to estimate a loss from.
create temporary table compared_surfaces on commit drop as
select u.surface_no, s.surface_level
from pg_temp.units u
join pg_temp.scored_surfaces s on s.surface_no = u.surface_no
join pg_temp.scored_sessions ss on ss.session_no = u.session_no
cross join pg_temp.scoring_window w
where u.in_window and u.exposed
group by u.surface_no, s.surface_level, w.gate_exposed, w.gate_affected, w.gate_visitors
having count(*) >= w.gate_exposed
    and count(*) filter (where u.friction_at is not null) >= w.gate_affected
    and count(distinct ss.visitor_no) filter (where u.friction_at is not null) >= w.gate_visitors;
