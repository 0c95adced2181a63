-- Running tests nobody evaluated for two days, or that have no assignments of the last two complete days.
select t.test_id, max(d.as_of) as evaluated
from public.a_b_tests t
left join public.experiment_decisions d on d.test_id = t.test_id
where t.metadata ? 'design' and t.status in ('active', 'paused') and t.start_date < %(now)s::timestamptz - interval '2 days'
group by t.test_id
having max(d.as_of) is null or max(d.as_of) < (%(now)s::timestamptz at time zone 'UTC')::date - 3
order by t.test_id;
