insert into public.proposal_evidence (
    proposal_id, query_id, params, result, result_hash, as_of, known_at, score_version
)
values (
    %(proposal_id)s, %(query_id)s, %(params)s, %(result)s, %(result_hash)s, %(as_of)s, %(known_at)s, %(score_version)s
);
