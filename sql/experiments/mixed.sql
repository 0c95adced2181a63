-- Running tests of which more than 1 % of the units saw both variants: something assigns twice.
select d.test_id, sum(d.excluded)::double precision / sum(d.n_a + d.n_b + d.excluded) as share
from public.experiment_days d
join public.a_b_tests t on t.test_id = d.test_id
where t.metadata ? 'design' and t.status in ('active', 'paused')
group by d.test_id
having sum(d.excluded) >= 10 and sum(d.excluded) > 0.01 * sum(d.n_a + d.n_b + d.excluded)
order by d.test_id;
