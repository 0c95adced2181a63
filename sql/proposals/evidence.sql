select query_id, params, result, result_hash, as_of, known_at, score_version
from public.proposal_evidence
where proposal_id = %(proposal_id)s
order by as_of desc, id desc;
