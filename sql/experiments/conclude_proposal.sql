-- What a test means for its proposal; the guard keeps the transitions and sets the dates.
update public.optimization_history
set status = %(status)s,
    actual_impact = %(impact)s,
    rollback_reason = coalesce(%(rollback_reason)s, rollback_reason),
    metadata = metadata || jsonb_build_object('outcome', coalesce(metadata -> 'outcome', '{}') || %(outcome)s::jsonb)
where proposal_id = %(proposal_id)s and status = any (%(from)s);
