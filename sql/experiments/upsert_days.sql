insert into public.experiment_days (test_id, cohort_day, n_a, c_a, n_b, c_b, excluded)
select test_id, cohort_day, n_a, c_a, n_b, c_b, excluded
from counted_days
on conflict (test_id, cohort_day) do update
set n_a = excluded.n_a, c_a = excluded.c_a, n_b = excluded.n_b, c_b = excluded.c_b, excluded = excluded.excluded
where (experiment_days.n_a, experiment_days.c_a, experiment_days.n_b, experiment_days.c_b, experiment_days.excluded)
    is distinct from (excluded.n_a, excluded.c_a, excluded.n_b, excluded.c_b, excluded.excluded);
