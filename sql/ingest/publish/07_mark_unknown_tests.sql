-- A tracker's flag that is no test of ours is ignored; an assignment to a test we do not know yet is parked.
update uxpipeline.stage_lines l
set outcome = case when a.park then 'parked' else 'ignored' end
from uxpipeline.stage_assignments a
where l.load_id = %(load_id)s
    and a.load_id = l.load_id
    and a.line_no = l.line_no
    and l.outcome = 'pending'
    and not exists (select from public.a_b_tests t where t.test_id = a.test_id);
