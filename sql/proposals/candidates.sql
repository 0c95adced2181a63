-- Scores of the day with affected sessions, of surfaces that enough sessions met to be named: by what they surely cost, then
-- by how many they surely affected. A peer rate is the median of level and signal where there are at least three surfaces.
with peers as (
    select surface_level, signal, percentile_cont(0.5) within group (order by rate) as peer_rate
    from public.friction_scores
    where as_of = %(as_of)s
    group by surface_level, signal
    having count(*) >= 3
)
select
    s.as_of, s.surface_level, s.surface_key, s.signal, s.denominator, s.exposed_sessions, s.affected_sessions,
    s.affected_visitors, s.converted_sessions, s.rate, s.rate_low, s.rate_high, s.lost_conversions, s.lost_low,
    s.lost_high, s.lost_rank_bound, s.p_loss, s.evidence_grade, s.score_version, s.input_watermark, s.component_id,
    s.page_key, s.element_type, s.observed_days, s.negative_control_p, s.placebo_p, s.excess_abandons, s.recent_exposed,
    s.recent_affected, s.anomaly_q, p.peer_rate
from public.friction_scores s
left join peers p on p.surface_level = s.surface_level and p.signal = s.signal
where s.as_of = %(as_of)s and s.signal <> 'any' and s.affected_sessions > 0 and s.exposed_sessions >= %(fewest)s
order by
    s.evidence_grade in ('A', 'B') desc,
    coalesce(s.lost_rank_bound, s.excess_abandons) desc nulls last,
    s.rate_low * s.exposed_sessions desc,
    s.surface_key,
    s.signal;
