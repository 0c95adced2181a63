create temporary table scored_surfaces on commit drop as
select
    row_number() over (order by surface_level collate "C", surface_key collate "C")::integer as surface_no,
    surface_level,
    surface_key,
    case when surface_level in ('element', 'component') then mode() within group (order by component_id) end as component_id,
    case when surface_level <> 'site' then mode() within group (order by page_key) end as page_key,
    case when surface_level = 'element' then mode() within group (order by element_type) end as element_type
from pg_temp.window_surfaces
where in_window
group by surface_level, surface_key;
