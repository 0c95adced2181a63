select test_id
from public.a_b_tests
where metadata ? 'design' and status in ('active', 'paused')
order by test_id;
