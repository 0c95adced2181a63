-- The same source id again in one session of the file: the first line counts.
update uxpipeline.stage_lines l
set outcome = 'duplicate'
from (
    select session_id, source_id, min(line_no) as first_line
    from uxpipeline.stage_lines
    where load_id = %(load_id)s and outcome in ('pending', 'ignored')
        and source_id in (
            select source_id from uxpipeline.stage_lines where load_id = %(load_id)s group by source_id having count(*) > 1
        )
    group by session_id, source_id
    having count(*) > 1
) again
where l.load_id = %(load_id)s
    and l.source_id = again.source_id
    and l.session_id is not distinct from again.session_id
    and l.line_no > again.first_line
    and l.outcome in ('pending', 'ignored');
