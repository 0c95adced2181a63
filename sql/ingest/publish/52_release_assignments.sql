-- An assignment that waited for its test has been taken now, whichever arm its session is in.
update uxpipeline.parked p
set released_at = clock_timestamp()
from uxpipeline.stage_lines l
where l.load_id = %(load_id)s
    and p.file_id = %(replay_of)s
    and p.line_no = l.line_no
    and p.kind = 'assignment'
    and p.released_at is null
    and l.outcome <> 'parked';
