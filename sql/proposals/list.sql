-- Proposals of the newest day first, within a day in the order they were made: most worth first. What others put where
-- objects belong is left out.
select
    proposal_id, status, friction_point, component_id, page_url, change_description, proposed_changes, ai_confidence,
    expected_impact, actual_impact, pr_url, created_at, implemented_at, rollback_reason,
    case when jsonb_typeof(metadata -> 'evidence') = 'object' then metadata -> 'evidence' else '{}' end as evidence,
    case when jsonb_typeof(metadata -> 'prediction') = 'object' then metadata -> 'prediction' else '{}' end
    as prediction,
    case when jsonb_typeof(metadata -> 'test') = 'object' then metadata -> 'test' else '{}' end as test
from public.optimization_history
where (%(status)s::text is null or status = %(status)s)
    and (%(proposal_id)s::text is null or proposal_id = %(proposal_id)s)
order by (created_at at time zone 'UTC')::date desc, created_at, proposal_id;
