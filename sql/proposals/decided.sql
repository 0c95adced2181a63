-- The proposal a decision is about, locked until the decision is taken.
select status, proposed_changes, metadata ->> 'author' as author
from public.optimization_history
where proposal_id = %(proposal_id)s
for update;
