insert into uxpipeline.session_components (
    session_id, component_id, page_url, interactions, clicks, rage_clicks, hesitations, hesitation_ms,
    hesitations_timed, first_seen, last_seen, converted
)
select
    s.session_id, c.component_id, c.page_url, c.interactions, c.clicks, c.rage_clicks, c.hesitations, c.hesitation_ms,
    c.hesitations_timed, c.first_seen, c.last_seen, c.converted
from component_changes c
join stale_sessions s on s.n = c.n
where c.sign = 1
-- Near each other in the index: a page of it is looked for once a session.
order by c.n;
