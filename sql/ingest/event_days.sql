-- The UTC days an audited load's events fall on, for their partitions.
select distinct (e."timestamp" at time zone 'UTC')::date as day
from uxpipeline.stage_events e
join uxpipeline.stage_verdicts v on v.load_id = e.load_id and v.passed
where e.load_id = %(load_id)s
order by day;
