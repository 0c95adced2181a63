-- Sessions by the kind of their first friction at a compared surface (0: any). Of the site only what is not explained by
-- its elements.
create temporary table incidents on commit drop as
select first.surface_no, first.surface_level, k.kind, count(*) as sessions
from (
    select
        u.surface_no, c.surface_level,
        case
            when u.error_at = u.friction_at then 1
            when u.rage_click_at = u.friction_at then 2
            else 3
        end as kind
    from pg_temp.units u
    join pg_temp.compared_surfaces c on c.surface_no = u.surface_no
    left join pg_temp.explained_sessions e on e.surface_no = u.surface_no and e.session_no = u.session_no
    where u.in_window and u.exposed and u.friction_at is not null and e.session_no is null
) first
cross join lateral (values (0), (first.kind)) k (kind)
group by first.surface_no, first.surface_level, k.kind;
