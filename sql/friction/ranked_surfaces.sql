-- The first ranks of a level that any session was affected at.
select rank, surface_key, affected_sessions, exposed_sessions, rate, rate_low, rate_high, evidence_grade
from public.friction_scores
where as_of = %(as_of)s and surface_level = %(surface_level)s and rank is not null and affected_sessions > 0
order by rank
limit %(most)s;
