-- Proposals whose test is over and that still say they are being tested.
select oh.proposal_id
from public.optimization_history oh
join public.a_b_tests t on t.metadata ->> 'proposal_id' = oh.proposal_id and t.metadata #>> '{design,kind}' = 'test'
where t.status in ('completed', 'archived') and oh.status = 'testing'
order by oh.proposal_id;
