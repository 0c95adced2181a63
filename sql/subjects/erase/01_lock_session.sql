-- No row can be added to the session any more, until this transaction ends.
select us.session_id from public.user_sessions us where us.session_id = %(session_id)s for update;
