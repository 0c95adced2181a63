-- A session at a surface, in the window or in the history before it. What it did on several pages or days is merged;
-- `parts` above one still wants its interactions merged.
create temporary table units on commit drop as
select
    surface_no, session_no, in_window,
    min(day) as first_day,
    bool_or(not is_form) as exposed,
    bool_or(form_started) as form_started,
    bool_or(form_abandoned) as form_abandoned,
    min(rage_click_at) as rage_click_at,
    min(hesitation_at) as hesitation_at,
    min(error_at) as error_at,
    least(min(rage_click_at), min(hesitation_at), min(error_at)) as friction_at,
    count(*) filter (where timed) as parts,
    sum(interactions) filter (where timed) as interactions,
    min(interaction_at) filter (where timed) as interaction_at,
    min(events_before) filter (where timed) as events_before
from pg_temp.placed_surfaces
group by surface_no, session_no, in_window;
