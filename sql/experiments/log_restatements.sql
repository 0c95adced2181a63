-- Days that were counted before and come out differently: late data, erasure, or a corrected row.
insert into uxpipeline.restatements (day, relation, before, after, causes)
select
    stored.cohort_day,
    'experiment_days',
    to_jsonb(stored) - 'cohort_day',
    jsonb_build_object(
        'test_id', c.test_id, 'n_a', c.n_a, 'c_a', c.c_a, 'n_b', c.n_b, 'c_b', c.c_b, 'excluded', c.excluded
    ),
    array[
        case
            when c.n_a + c.n_b + c.excluded < stored.n_a + stored.n_b + stored.excluded then 'deletion' else 'late data'
        end
    ]
from counted_days c
join public.experiment_days stored on stored.test_id = c.test_id and stored.cohort_day = c.cohort_day
where (stored.n_a, stored.c_a, stored.n_b, stored.c_b, stored.excluded)
    is distinct from (c.n_a, c.c_a, c.n_b, c.c_b, c.excluded);
