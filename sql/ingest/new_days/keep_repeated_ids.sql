-- Ids of events that the file has more than once: publish knows which of them counts.
insert into uxpipeline.stage_repeated_ids (load_id, id)
select e.load_id, e.id
from uxpipeline.stage_events e
where e.load_id = %(load_id)s
group by e.load_id, e.id
having count(*) > 1;
