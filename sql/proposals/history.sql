select at, actor, from_status, to_status, reason, evidence_hash
from public.proposal_events
where proposal_id = %(proposal_id)s
order by id;
