select count(*)
from public.a_b_tests
where metadata #>> '{design,kind}' = 'test' and status in ('active', 'paused');
