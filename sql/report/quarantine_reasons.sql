-- Rejected lines by reason; those replayed since count too.
select reason as name, count(*) as count, count(*) over () as total
from uxpipeline.quarantine
group by reason
order by count desc, name
limit %(most)s;
