-- Sessions that a late line joined to an earlier one, or made begin earlier: under which name they go on.
insert into moved_sessions (old_id, new_id, created_at)
select known.session_id as old_id, r.session_id as new_id, us.created_at
from merged_runs r
join uxpipeline.visitor_runs known on known.visitor_key = r.visitor_key
    and known.started_at between r.started_at and r.ended_at
join public.user_sessions us on us.session_id = known.session_id
where known.session_id <> r.session_id;
