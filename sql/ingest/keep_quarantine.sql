insert into uxpipeline.quarantine (file_id, line_no, reason, detail, payload)
select l.load_id, l.line_no, l.reason, coalesce(l.detail, ''), l.payload
from uxpipeline.stage_lines l
where l.load_id = %(load_id)s and l.outcome = 'quarantined'
order by l.line_no;
