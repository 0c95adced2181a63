-- Tests that ran on the as-of day: one that starts with another's end, such as a hold-back, is first decided on the day after,
-- also when the run that ended the other is repeated.
select test_id
from public.a_b_tests
where metadata ? 'design' and status in ('active', 'paused')
    and start_date < (%(as_of)s::date + 1)::timestamp at time zone 'UTC'
order by test_id;
