-- A session that begins earlier than we knew starts out as a copy of the earliest it is made of.
insert into public.user_sessions
select (jsonb_populate_record(us, jsonb_build_object('id', gen_random_uuid(), 'session_id', first_part.new_id))).*
from (
    select distinct on (m.new_id) m.new_id, m.old_id
    from moved_sessions m
    order by m.new_id, m.created_at, m.old_id
) first_part
join public.user_sessions us on us.session_id = first_part.old_id
order by first_part.new_id
on conflict (session_id) do nothing;
