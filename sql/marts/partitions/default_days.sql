-- The UTC days whose events lie in the default partition, newest first.
select distinct (d."timestamp" at time zone 'UTC')::date as day
from uxpipeline.behavior_events_default d
order by day desc
limit %(most)s;
