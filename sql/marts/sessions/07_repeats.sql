-- Direct inserts may repeat an event under another timestamp: the earliest is the event. Ids that occur once are left out
-- first, by hashing nothing else.
create temporary table repeats on commit drop as
select e.n, e.id, e."timestamp", e.ctid as place
from (
    select n, id, min("timestamp") as earliest
    from session_events
    where id in (select id from session_events group by id having count(*) > 1)
    group by n, id
    having count(*) > 1
) again
join session_events e on e.n = again.n and e.id = again.id and e."timestamp" > again.earliest;
