-- A tracker's flag that is no test of ours is ignored; a row that names a test we do not know yet is parked.
update uxpipeline.stage_lines l
set outcome = case when waiting.park then 'parked' else 'ignored' end
from (
    select a.line_no, a.park
    from uxpipeline.stage_assignments a
    where a.load_id = %(load_id)s and not exists (select from public.a_b_tests t where t.test_id = a.test_id)
    union all
    select c.line_no, true
    from uxpipeline.stage_conversions c
    where c.load_id = %(load_id)s
        and c.test_id is not null
        and not exists (select from public.a_b_tests t where t.test_id = c.test_id)
) waiting
where l.load_id = %(load_id)s and l.line_no = waiting.line_no and l.outcome = 'pending';
