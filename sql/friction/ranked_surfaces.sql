-- The first ranks of a level that any session was affected at and enough of them met, and the site in any case.
select
    rank, surface_level, surface_key, affected_sessions, exposed_sessions, rate, rate_low, rate_high,
    lost_conversions, lost_low, lost_high, evidence_grade
from public.friction_scores
where as_of = %(as_of)s
    and surface_level = %(surface_level)s
    and rank is not null
    and (surface_level = 'site' or (affected_sessions > 0 and exposed_sessions >= %(fewest)s))
order by rank
limit %(most)s;
