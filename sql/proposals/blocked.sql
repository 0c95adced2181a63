-- Friction that was not proposed on the newest day that has any of it, the most affected sessions first.
select
    b.as_of, b.surface_level, b.surface_key, b.signal, b.rule, b.reason, b.detail,
    coalesce(s.affected_sessions, 0) as affected_sessions,
    coalesce(s.exposed_sessions, 0) as exposed_sessions,
    count(*) over () as total
from public.proposal_blocks b
left join public.friction_scores s
    on (s.as_of, s.surface_level, s.surface_key, s.signal) = (b.as_of, b.surface_level, b.surface_key, b.signal)
where b.as_of = (select max(as_of) from public.proposal_blocks)
order by
    b.reason = 'too_little_evidence', coalesce(s.rate_low * s.exposed_sessions, 0) desc, b.surface_level, b.surface_key,
    b.signal, b.rule
limit %(most)s;
