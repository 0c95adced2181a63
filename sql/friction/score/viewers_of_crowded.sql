insert into pg_temp.placed_surfaces
select
    whereabouts.surface_no, viewers.session_no, null, viewers.in_window, viewers.day, whereabouts.surface_level, false,
    true, viewers.interactions, viewers.interaction_at, viewers.events_before, null, null, null, false, false
from (
    select distinct p.surface_no, p.surface_level, p.page_no
    from pg_temp.placed_surfaces p
    join pg_temp.crowded_surfaces c on c.surface_no = p.surface_no
    where p.in_window
) whereabouts
join pg_temp.placed_surfaces viewers on viewers.surface_no = whereabouts.page_no;
