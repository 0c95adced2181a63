-- Sessions whose first friction on the site is one at a compared element. The site's total has that friction from the
-- element; the site's own comparison is left with friction elsewhere.
create temporary table explained_sessions on commit drop as
with at_elements as (
    select u.session_no, min(u.friction_at) as friction_at
    from pg_temp.units u
    join pg_temp.compared_surfaces c on c.surface_no = u.surface_no and c.surface_level = 'element'
    where u.in_window and u.exposed and u.friction_at is not null
    group by u.session_no
)
select u.surface_no, u.session_no
from pg_temp.units u
join pg_temp.compared_surfaces c on c.surface_no = u.surface_no and c.surface_level = 'site'
join at_elements e on e.session_no = u.session_no
where u.in_window and u.exposed
    and width_bucket(e.friction_at, u.interaction_at) = width_bucket(u.friction_at, u.interaction_at);
