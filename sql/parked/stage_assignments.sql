insert into uxpipeline.stage_assignments
select staged.*
from uxpipeline.parked p
join uxpipeline.stage_lines l on l.load_id = %(load_id)s and l.line_no = p.line_no
cross join lateral jsonb_populate_record(
    null::uxpipeline.stage_assignments, p.payload || jsonb_build_object('load_id', l.load_id)
) staged
where p.file_id = %(replay_of)s and p.kind = 'assignment' and p.released_at is null;
