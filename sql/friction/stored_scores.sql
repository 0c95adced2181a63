select *
from public.friction_scores
where as_of = %(as_of)s
order by surface_level, surface_key, signal;
