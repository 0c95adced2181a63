-- Facts by number. `timed` rows say when a session could have met friction; `page_no` is the page they are on.
create temporary table placed_surfaces on commit drop as
select
    s.surface_no, ss.session_no, pages.surface_no as page_no, ws.in_window, ws.day, s.surface_level, ws.is_form,
    not ws.is_form as timed, ws.interactions, ws.interaction_at, ws.events_before, ws.rage_click_at, ws.hesitation_at,
    ws.error_at, ws.form_started, ws.form_abandoned
from pg_temp.window_surfaces ws
join pg_temp.scored_surfaces s on s.surface_level = ws.surface_level and s.surface_key = ws.surface_key
join pg_temp.scored_sessions ss on ss.session_id = ws.session_id
left join pg_temp.scored_surfaces pages on pages.surface_level = 'page' and pages.surface_key = ws.page_key;
