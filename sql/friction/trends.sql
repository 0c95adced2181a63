-- Scores of some surfaces on the as-of days of a period on which enough sessions met them, surface by surface in the order
-- asked for.
select
    s.surface_level, s.surface_key, s.as_of, s.rate, s.rate_low, s.rate_high, s.lost_conversions, s.lost_low, s.lost_high
from unnest(%(levels)s::text[], %(keys)s::text[]) with ordinality wanted (surface_level, surface_key, position)
join public.friction_scores s
    on s.surface_level = wanted.surface_level and s.surface_key = wanted.surface_key and s.signal = 'any'
where s.as_of between %(first_day)s and %(as_of)s and (s.surface_level = 'site' or s.exposed_sessions >= %(fewest)s)
order by wanted.position, s.as_of;
