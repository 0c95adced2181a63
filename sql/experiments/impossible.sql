select test_id, cohort_day, metric
from public.experiment_guardrails g
join public.experiment_days d using (test_id, cohort_day)
where g.c_a > d.n_a or g.c_b > d.n_b
order by test_id, cohort_day
limit 20;
