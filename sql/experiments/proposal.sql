-- What a test needs to know of its proposal, locked until the test has started.
select
    status, friction_point, component_id, page_url, proposed_changes, expected_impact,
    metadata #>> '{test,metric}' as metric,
    (select count(*) from public.a_b_tests t where t.metadata ->> 'proposal_id' = oh.proposal_id) as tests
from public.optimization_history oh
where proposal_id = %(proposal_id)s
for update;
