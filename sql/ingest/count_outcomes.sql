-- A line that is still pending once its file is published was inserted.
select
    case outcome when 'pending' then 'inserted' else outcome end as outcome,
    case when outcome = 'ignored' then kind end as kind,
    count(*)
from uxpipeline.stage_lines
where load_id = %(load_id)s
group by 1, 2
order by 1, 2;
