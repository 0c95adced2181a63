-- Their events, funnel steps and assignments go with them.
delete from public.user_sessions where session_id = any (%(session_ids)s);
