-- The same source id again in one session of the file: the first line counts.
update uxpipeline.stage_lines l
set outcome = 'duplicate'
from (
    select line_no, row_number() over (partition by session_id, source_id order by line_no) as occurrence
    from uxpipeline.stage_lines
    where load_id = %(load_id)s and source_id is not null and outcome in ('pending', 'ignored')
) numbered
where l.load_id = %(load_id)s and l.line_no = numbered.line_no and numbered.occurrence > 1;
