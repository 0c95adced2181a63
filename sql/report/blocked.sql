-- Friction of a day that is not proposed although there is evidence enough, the most surely affected sessions first.
select
    b.surface_key, b.signal, b.reason, b.detail, s.affected_sessions, s.exposed_sessions, count(*) over () as total
from public.proposal_blocks b
join public.friction_scores s
    on (s.as_of, s.surface_level, s.surface_key, s.signal) = (b.as_of, b.surface_level, b.surface_key, b.signal)
where b.as_of = %(as_of)s and b.reason <> 'too_little_evidence'
order by s.rate_low * s.exposed_sessions desc, b.surface_level, b.surface_key, b.signal, b.rule
limit %(most)s;
