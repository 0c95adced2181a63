-- The UTC days a load's events fall on, for their partitions.
select distinct ("timestamp" at time zone 'UTC')::date as day
from uxpipeline.stage_events
where load_id = %(load_id)s
order by day;
