-- Events of the last complete days, oldest first; a day between the first one known and the last without events counts 0.
select day.day::date, coalesce(d.events, 0)
from generate_series(
    greatest(%(last_day)s::date - %(days)s::integer, (select min(f.day) from uxpipeline.fact_days f where f.events > 0)),
    %(last_day)s::date,
    interval '1 day'
) day
left join uxpipeline.fact_days d on d.day = day.day::date
order by 1;
