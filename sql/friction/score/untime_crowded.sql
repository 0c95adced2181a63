-- Users of a crowded surface are at risk from their first sight of its page, as its viewers are.
update pg_temp.placed_surfaces p
set timed = false
from pg_temp.crowded_surfaces c
where c.surface_no = p.surface_no;
