-- Ids of events that the file has more than once, or that its sessions have already.
create temporary table repeated_ids on commit drop as
select e.id from uxpipeline.stage_events e where e.load_id = %(load_id)s group by e.id having count(*) > 1
union
select id from stored_events;
