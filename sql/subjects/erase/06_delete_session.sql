-- Its events, funnel steps and assignments go with it.
delete from public.user_sessions where session_id = %(session_id)s;
