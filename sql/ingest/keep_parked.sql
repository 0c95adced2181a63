-- Assignments to unknown tests, and conversions whose assignment has not come yet: while there are tests, also those that
-- reached a funnel step. What waits already is not kept twice.
insert into uxpipeline.parked (file_id, line_no, kind, test_id, session_id, payload)
select p.load_id, p.line_no, p.kind, p.test_id, p.session_id, p.payload
from (
    select a.load_id, a.line_no, 'assignment' as kind, a.test_id, a.session_id, to_jsonb(a) as payload
    from uxpipeline.stage_assignments a
    join uxpipeline.stage_lines l on l.load_id = a.load_id and l.line_no = a.line_no and l.outcome = 'parked'
    union all
    select c.load_id, c.line_no, 'conversion', coalesce(c.test_id, ''), c.session_id, to_jsonb(c)
    from uxpipeline.stage_conversions c
    join uxpipeline.stage_lines l
        on l.load_id = c.load_id and l.line_no = c.line_no and l.outcome in ('parked', 'pending', 'inserted')
    where (l.outcome = 'parked' or exists (select from public.a_b_tests))
        and not exists (
            select from public.variant_assignments va
            where va.session_id = c.session_id and va.test_id = coalesce(c.test_id, va.test_id)
        )
) p
where p.load_id = %(load_id)s
    and not exists (
        select from uxpipeline.parked known
        where known.session_id = p.session_id
            and known.kind = p.kind
            and known.payload - array['load_id', 'line_no'] = p.payload - array['load_id', 'line_no']
    )
order by p.line_no;
