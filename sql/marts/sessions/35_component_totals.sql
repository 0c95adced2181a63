-- Totals change by what the sessions lost and gained.
update uxpipeline.component_totals t
set sessions = t.sessions + d.sessions,
    conversions = t.conversions + d.conversions,
    interactions = t.interactions + d.interactions,
    clicks = t.clicks + d.clicks,
    rage_clicks = t.rage_clicks + d.rage_clicks,
    hesitations = t.hesitations + d.hesitations,
    hesitation_ms = t.hesitation_ms + d.hesitation_ms,
    hesitations_timed = t.hesitations_timed + d.hesitations_timed,
    first_seen = coalesce(b.first_seen, least(t.first_seen, d.first_seen)),
    last_seen = coalesce(b.last_seen, greatest(t.last_seen, d.last_seen))
from component_deltas d
left join component_bounds b on b.component_id = d.component_id and b.page_url = d.page_url
where t.component_id = d.component_id and t.page_url = d.page_url;
