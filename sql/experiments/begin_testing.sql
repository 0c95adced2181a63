update public.optimization_history set status = 'testing' where proposal_id = %(proposal_id)s;
