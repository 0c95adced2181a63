-- Proposals of the newest day first, within a day in the order they were made: most worth first. What others put where
-- objects belong is left out; what they claim as evidence is, too: theirs is what the pipeline recorded.
select
    oh.proposal_id, status, friction_point, component_id, page_url, change_description, proposed_changes, ai_confidence,
    expected_impact, actual_impact, pr_url, created_at, implemented_at, rollback_reason,
    case
        when metadata ->> 'author' not like 'uxpipeline:%%' then coalesce(newest.result, '{}')
        when jsonb_typeof(metadata -> 'evidence') = 'object' then metadata -> 'evidence'
        else '{}'
    end as evidence,
    case when jsonb_typeof(metadata -> 'prediction') = 'object' then metadata -> 'prediction' else '{}' end
    as prediction,
    case when jsonb_typeof(metadata -> 'test') = 'object' then metadata -> 'test' else '{}' end as test
from public.optimization_history oh
left join lateral (
    select pe.result
    from public.proposal_evidence pe
    where pe.proposal_id = oh.proposal_id
    order by pe.as_of desc, pe.id desc
    limit 1
) newest on true
where (%(status)s::text is null or status = %(status)s)
    and (%(proposal_id)s::text is null or oh.proposal_id = %(proposal_id)s)
order by (created_at at time zone 'UTC')::date desc, created_at, oh.proposal_id;
