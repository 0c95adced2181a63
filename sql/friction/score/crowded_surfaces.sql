-- Surfaces that everybody who touched them had trouble with: no controls among their users, so whoever saw a page with
-- the element is counted as exposed instead.
create temporary table crowded_surfaces on commit drop as
select surface_no
from (
    select surface_no, session_no, bool_or(coalesce(rage_click_at, hesitation_at, error_at) is not null) as troubled
    from pg_temp.placed_surfaces
    where in_window and not is_form and surface_level in ('element', 'component')
    group by surface_no, session_no
) users
group by surface_no
having bool_and(troubled);
