-- What a test needs to know of its proposal, locked until the test has started.
select
    status, friction_point, component_id, page_url, proposed_changes, expected_impact,
    metadata #>> '{surface,signal}' as signal,
    coalesce(
        metadata #>> '{surface,hash}',
        encode(sha256(convert_to(proposed_changes #>> '{target,surface}', 'UTF8')), 'hex')
    ) as surface_hash
from public.optimization_history oh
where proposal_id = %(proposal_id)s
for update;
