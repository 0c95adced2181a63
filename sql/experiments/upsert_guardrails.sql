insert into public.experiment_guardrails (test_id, cohort_day, metric, c_a, c_b)
select c.test_id, c.cohort_day, counted.metric, counted.c_a, counted.c_b
from counted_days c
cross join lateral (
    values
    ('error', c.error_a, c.error_b),
    ('rage_click', c.rage_click_a, c.rage_click_b),
    ('bounce', c.bounce_a, c.bounce_b),
    ('other_funnels', c.other_funnels_a, c.other_funnels_b)
) counted (metric, c_a, c_b)
on conflict (test_id, cohort_day, metric) do update
set c_a = excluded.c_a, c_b = excluded.c_b
where (experiment_guardrails.c_a, experiment_guardrails.c_b) is distinct from (excluded.c_a, excluded.c_b);
