-- Counts of the cohort days that were complete by the end of the as-of day, with the guardrails beside them.
select
    d.cohort_day, d.n_a, d.c_a, d.n_b, d.c_b, d.excluded,
    coalesce(
        (
            select jsonb_object_agg(g.metric, jsonb_build_array(g.c_a, g.c_b))
            from public.experiment_guardrails g
            where g.test_id = d.test_id and g.cohort_day = d.cohort_day
        ),
        '{}'
    ) as guardrails
from public.experiment_days d
where d.test_id = %(test_id)s and d.cohort_day <= %(last_day)s
order by d.cohort_day;
