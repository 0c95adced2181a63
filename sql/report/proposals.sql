-- Proposals of the newest day first, within a day in the order they were made: most worth first. Evidence of
-- what others proposed is what the pipeline recorded, not what they claim.
select
    oh.proposal_id, status, friction_point, component_id, page_url, change_description, expected_impact,
    metadata ->> 'profile' as profile,
    shown.evidence,
    shown.evidence ->> 'as_of' as evidence_day,
    shown.evidence ->> 'evidence_grade' as evidence_grade,
    metadata -> 'test' as test,
    metadata #>> '{test,verdict}' as verdict,
    metadata -> 'prediction' as prediction,
    count(*) over () as total
from public.optimization_history oh
left join lateral (
    select pe.result || jsonb_build_object('as_of', pe.as_of) as result
    from public.proposal_evidence pe
    where pe.proposal_id = oh.proposal_id
    order by pe.as_of desc, pe.id desc
    limit 1
) newest on true
cross join lateral (
    values (case when metadata ->> 'author' not like 'uxpipeline:%%' then newest.result else metadata -> 'evidence' end)
) shown (evidence)
order by (created_at at time zone 'UTC')::date desc, created_at, oh.proposal_id
limit %(most)s;
