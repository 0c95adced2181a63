-- A line that is still pending once its file is published was inserted, and so was one that is its event alone.
select
    case l.outcome when 'pending' then 'inserted' else l.outcome end as outcome,
    case when l.outcome = 'ignored' then l.kind end as kind,
    count(*)
from uxpipeline.stage_lines l
where l.load_id = %(load_id)s
group by 1, 2
union all
-- Lines that needed no row of their own, and did not get one since. The audit counted all, and the stage is as it was then.
select 'inserted', null, audited.lines - (select count(*) from uxpipeline.stage_lines l where l.load_id = %(load_id)s)
from uxpipeline.stage_summary audited
where audited.load_id = %(load_id)s
order by 1, 2;
