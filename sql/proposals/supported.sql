-- Scores of the day for what others proposed and nobody has decided on: of the surface that the change names as its target,
-- and of the signal named beside it, else of all signals together. Surfaces that too few sessions met have no evidence.
select
    oh.proposal_id, s.as_of, s.surface_level, s.surface_key, s.signal, s.score_version, s.input_watermark, s.denominator,
    s.exposed_sessions, s.affected_sessions, s.affected_visitors, s.converted_sessions, s.rate, s.rate_low, s.rate_high,
    s.lost_conversions, s.lost_low, s.lost_high, s.lost_rank_bound, s.p_loss, s.evidence_grade, s.negative_control_p,
    s.placebo_p, s.excess_abandons, s.recent_exposed, s.recent_affected
from public.optimization_history oh
join public.friction_scores s
    on s.as_of = %(as_of)s
    and s.surface_level = oh.proposed_changes #>> '{target,level}'
    and s.surface_key = oh.proposed_changes #>> '{target,surface}'
    and s.signal = coalesce(oh.metadata #>> '{surface,signal}', 'any')
where oh.status = 'proposed'
    and s.exposed_sessions >= %(fewest)s
    and oh.metadata ->> 'author' not like 'uxpipeline:%%'
order by oh.created_at, oh.proposal_id
limit %(most)s;
