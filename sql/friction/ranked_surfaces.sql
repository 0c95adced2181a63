select rank, surface_key, affected_sessions, exposed_sessions, rate, rate_low, rate_high, evidence_grade
from public.friction_scores
where as_of = %(as_of)s and surface_level = %(surface_level)s and rank is not null
order by rank
limit %(most)s;
