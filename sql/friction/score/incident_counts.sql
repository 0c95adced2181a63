select c.surface_no, c.surface_level, k.kind, coalesce(i.sessions, 0) as incidents
from pg_temp.compared_surfaces c
cross join generate_series(0, 3) k (kind)
left join pg_temp.incidents i on i.surface_no = c.surface_no and i.kind = k.kind
order by c.surface_no, k.kind;
