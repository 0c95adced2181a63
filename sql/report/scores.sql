-- Scores of one day and level for some signals, of surfaces that enough sessions met: by rank where there is one, else by the sessions certainly affected.
-- `affected` keeps only surfaces with affected sessions (true) or without (false). Signals are those that fired there.
select
    s.surface_level, s.surface_key, s.signal, s.denominator, s.exposed_sessions, s.affected_sessions, s.affected_visitors,
    s.rate, s.rate_low, s.rate_high, s.lost_conversions, s.lost_low, s.lost_high, s.evidence_grade, s.state, s.rank,
    coalesce(
        (
            select jsonb_object_agg(fired.signal, fired.affected_sessions)
            from public.friction_scores fired
            where (fired.as_of, fired.surface_level, fired.surface_key) = (s.as_of, s.surface_level, s.surface_key)
                and fired.signal not in ('any', 'form_leak')
                and fired.affected_sessions > 0
        ),
        '{}'
    ) as signals,
    count(*) over () as total
from public.friction_scores s
where s.as_of = %(as_of)s
    and s.surface_level = %(surface_level)s
    and s.signal = any(%(signals)s)
    and (s.surface_level = 'site' or s.exposed_sessions >= %(fewest)s)
    and (%(affected)s::boolean is null or (s.affected_sessions > 0) = %(affected)s)
order by s.rank nulls last, s.rate_low * s.exposed_sessions desc, s.surface_key, s.signal
limit %(most)s;
