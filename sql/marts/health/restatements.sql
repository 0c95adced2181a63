-- What changed lately for days that had been complete, newest first.
select r.day, r.relation, r.before, r.after, r.causes, r.restated_at, count(*) over () as total
from uxpipeline.restatements r
where r.restated_at >= %(since)s
order by r.restated_at desc, r.id desc
limit %(most)s;
