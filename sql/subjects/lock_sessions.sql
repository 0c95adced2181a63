-- No row can be added to the sessions any more, until this transaction ends. In one order, whoever else does so.
select us.session_id
from public.user_sessions us
where us.session_id = any (%(session_ids)s)
order by us.session_id
for update;
