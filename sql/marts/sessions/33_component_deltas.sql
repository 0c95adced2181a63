create temporary table component_deltas on commit drop as
select
    component_id, page_url,
    sum(sign) as sessions,
    sum(sign * converted::integer) as conversions,
    sum(sign * interactions) as interactions,
    sum(sign * clicks) as clicks,
    sum(sign * rage_clicks) as rage_clicks,
    sum(sign * hesitations) as hesitations,
    sum(sign * hesitation_ms) as hesitation_ms,
    sum(sign * hesitations_timed) as hesitations_timed,
    min(first_seen) filter (where sign = 1) as first_seen,
    max(last_seen) filter (where sign = 1) as last_seen,
    min(first_seen) filter (where sign = -1) as lost_first,
    max(last_seen) filter (where sign = -1) as lost_last
from component_changes
group by component_id, page_url;
