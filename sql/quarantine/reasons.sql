select q.reason, count(*) as lines
from uxpipeline.quarantine q
where q.replayed_at is null
group by q.reason
order by lines desc, q.reason;
