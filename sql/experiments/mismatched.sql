-- Running tests whose units do not arrive in the planned split, by the last evaluation.
select last.test_id, last.srm_p
from public.a_b_tests t
cross join lateral (
    select d.test_id, d.srm_p, d.reason
    from public.experiment_decisions d
    where d.test_id = t.test_id
    order by d.as_of desc
    limit 1
) last
where t.metadata ? 'design' and t.status in ('active', 'paused') and last.srm_p < 0.01
order by last.test_id;
