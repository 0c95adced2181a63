-- Parked assignments whose test is there now are staged again, as lines of a load of their own.
insert into uxpipeline.stage_lines (load_id, line_no, session_id, kind, outcome)
select %(load_id)s, p.line_no, p.session_id, 'assignment', 'pending'
from uxpipeline.parked p
where p.file_id = %(replay_of)s
    and p.kind = 'assignment'
    and p.released_at is null
    and p.test_id in (select t.test_id from public.a_b_tests t);
