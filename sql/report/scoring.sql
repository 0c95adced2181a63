-- The newest day that was scored, how, and on how many days of its window there were events.
select as_of, max(score_version) as score_version, max(observed_days) as observed_days
from public.friction_scores
group by as_of
order by as_of desc
limit 1;
