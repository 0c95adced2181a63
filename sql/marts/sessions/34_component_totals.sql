-- Totals change by what the sessions lost and gained. Only a first or last moment that was lost has to be looked up.
update uxpipeline.component_totals t
set sessions = t.sessions + d.sessions,
    conversions = t.conversions + d.conversions,
    interactions = t.interactions + d.interactions,
    clicks = t.clicks + d.clicks,
    rage_clicks = t.rage_clicks + d.rage_clicks,
    hesitations = t.hesitations + d.hesitations,
    hesitation_ms = t.hesitation_ms + d.hesitation_ms,
    hesitations_timed = t.hesitations_timed + d.hesitations_timed,
    first_seen = case
        when d.first_seen <= t.first_seen then d.first_seen
        when d.lost_first is null or d.lost_first > t.first_seen then t.first_seen
        else coalesce((
            select min(f.first_seen) from uxpipeline.session_components f
            where f.component_id = t.component_id and f.page_url = t.page_url
        ), t.first_seen)
    end,
    last_seen = case
        when d.last_seen >= t.last_seen then d.last_seen
        when d.lost_last is null or d.lost_last < t.last_seen then t.last_seen
        else coalesce((
            select max(f.last_seen) from uxpipeline.session_components f
            where f.component_id = t.component_id and f.page_url = t.page_url
        ), t.last_seen)
    end
from component_deltas d
where t.component_id = d.component_id and t.page_url = d.page_url;
