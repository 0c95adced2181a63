-- What the loader notes with the rows of a file.
insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select distinct be.session_id, (be."timestamp" at time zone 'UTC')::date, 'behavior_events', 'load'
from public.behavior_events be
join world_sessions s on s.session_id = be.session_id
where be."timestamp" >= %(day)s::date - 1 and be."timestamp" < %(day)s::date + 2;
