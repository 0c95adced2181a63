-- A line that is still pending once its file is published was inserted, and so was one that is its event alone.
select
    case l.outcome when 'pending' then 'inserted' else l.outcome end as outcome,
    case when l.outcome = 'ignored' then l.kind end as kind,
    count(*)
from uxpipeline.stage_lines l
where l.load_id = %(load_id)s
group by 1, 2
union all
select 'inserted', null, count(*)
from uxpipeline.stage_events e
where e.load_id = %(load_id)s and e.plain
    and not exists (select from uxpipeline.stage_lines l where l.load_id = e.load_id and l.line_no = e.line_no)
order by 1, 2;
