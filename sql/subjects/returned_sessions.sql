-- Sessions that others wrote since the last closing: the erased ones are among them, should they come back.
select us.session_id
from public.user_sessions us
where us.received_at >= (select m.closed_received_before from uxpipeline.mart_state m);
