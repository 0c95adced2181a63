-- The same question of the same moment has another answer once sessions were joined or erased: both are kept.
alter table public.proposal_evidence drop constraint proposal_evidence_proposal_id_query_id_as_of_known_at_key;

create index idx_proposal_evidence_proposal_id on public.proposal_evidence (proposal_id, as_of desc, id desc);
