-- Ids of events that the file has more than once, or that its sessions have already.
create temporary table repeated_ids on commit drop as
select e.id
from uxpipeline.stage_events e
where e.load_id = %(load_id)s and cardinality(%(new_days)s::date[]) = 0
group by e.id
having count(*) > 1
union
-- Who stores events apart had to know already.
select r.id from uxpipeline.stage_repeated_ids r where r.load_id = %(load_id)s
union
select id from stored_events;
