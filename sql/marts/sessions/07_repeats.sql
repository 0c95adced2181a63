-- Direct inserts may repeat an event under another timestamp: the earliest is the event.
create temporary table repeats on commit drop as
select e.session_id, e.id, e."timestamp", e.ctid as place
from (
    select session_id, id, min("timestamp") as earliest
    from session_events
    group by session_id, id
    having count(*) > 1
) again
join session_events e on e.session_id = again.session_id and e.id = again.id and e."timestamp" > again.earliest;
