-- A test about to be decided on, locked until that is done; no row where somebody ended it meanwhile.
select test_id, status, start_date, metadata -> 'design' as design, metadata ->> 'proposal_id' as proposal_id
from public.a_b_tests
where test_id = %(test_id)s and metadata ? 'design' and status in ('active', 'paused')
for update;
