-- What is not given stays; the guard sets the dates.
update public.optimization_history
set status = %(status)s,
    pr_url = coalesce(%(pr_url)s, pr_url),
    pr_number = case when %(pr_url)s::text is null then pr_number else %(pr_number)s end,
    rollback_reason = coalesce(%(rollback_reason)s, rollback_reason)
where proposal_id = %(proposal_id)s;
