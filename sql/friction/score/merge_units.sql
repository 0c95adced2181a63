-- The first interactions of a unit in several parts, in order of time. As each part kept its own first ones, none of the
-- first ones of the whole can be missing.
update pg_temp.units u
set interaction_at = merged.interaction_at[:merged.kept], events_before = merged.events_before[:merged.kept]
from (
    select
        parts.surface_no, parts.session_no, parts.in_window,
        case when max(parts.surface_level) in ('page', 'site') then 30 else 10 end as kept,
        array_agg(i.at order by i.at, i.before) as interaction_at,
        array_agg(i.before order by i.at, i.before) as events_before
    from pg_temp.placed_surfaces parts
    join pg_temp.units whole
        on whole.surface_no = parts.surface_no
        and whole.session_no = parts.session_no
        and whole.in_window = parts.in_window
        and whole.parts > 1
    cross join lateral unnest(parts.interaction_at, parts.events_before) as i (at, before)
    where parts.timed
    group by parts.surface_no, parts.session_no, parts.in_window
) merged
where merged.surface_no = u.surface_no and merged.session_no = u.session_no and merged.in_window = u.in_window;
