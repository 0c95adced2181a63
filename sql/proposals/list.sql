-- Proposals of the newest day first, within a day in the order they were made: most certain friction first.
select
    proposal_id, status, friction_point, component_id, page_url, change_description, proposed_changes, created_at,
    coalesce(metadata -> 'evidence', '{}') as evidence,
    coalesce(metadata -> 'test', '{}') as test
from public.optimization_history
where (%(status)s::text is null or status = %(status)s)
    and (%(proposal_id)s::text is null or proposal_id = %(proposal_id)s)
order by (created_at at time zone 'UTC')::date desc, created_at, proposal_id;
