-- Proposals of the newest day first, within a day in the order they were made: most worth first.
select
    proposal_id, status, friction_point, component_id, page_url, change_description, expected_impact,
    metadata ->> 'profile' as profile,
    metadata -> 'evidence' as evidence,
    metadata #>> '{evidence,as_of}' as evidence_day,
    metadata #>> '{evidence,evidence_grade}' as evidence_grade,
    metadata -> 'test' as test,
    metadata #>> '{test,verdict}' as verdict,
    metadata -> 'prediction' as prediction,
    count(*) over () as total
from public.optimization_history
order by (created_at at time zone 'UTC')::date desc, created_at, proposal_id
limit %(most)s;
