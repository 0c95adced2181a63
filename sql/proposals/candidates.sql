-- Scores of the as-of day that pass the evidence gate and stand out: above the median rate of their peers, where a
-- surface has at least two.
with peers as (
    select surface_level, signal, count(*) as surfaces, percentile_cont(0.5) within group (order by rate) as median_rate
    from public.friction_scores
    where as_of = %(as_of)s
    group by surface_level, signal
)
select
    s.surface_level, s.surface_key, s.signal, s.denominator, s.exposed_sessions, s.affected_sessions, s.affected_visitors,
    s.converted_sessions, s.rate, s.rate_low, s.rate_high, s.evidence_grade, s.score_version, s.component_id, s.page_key,
    s.element_type, s.observed_days
from public.friction_scores s
join peers p on p.surface_level = s.surface_level and p.signal = s.signal
where s.as_of = %(as_of)s
    and s.signal <> 'any'
    and s.exposed_sessions >= %(exposed_sessions)s
    and s.affected_sessions >= %(affected_sessions)s
    and s.affected_visitors >= %(affected_visitors)s
    and (p.surfaces < 3 or s.rate > p.median_rate)
order by s.rate_low * s.exposed_sessions desc, s.surface_key, s.signal;
