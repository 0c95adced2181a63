-- Effects of all finished tests as measured, winners and losers alike; stopped ones measured nothing.
select ln(1 + naive) as log_ratio, variance
from public.actual_impact
where naive > -1 and variance > 0 and decision in ('A', 'B', 'none', 'rollback')
order by decided_at, test_id;
