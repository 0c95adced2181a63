-- A retry of a stored event may carry another timestamp; the first stored one stays.
update uxpipeline.stage_lines l
set outcome = 'duplicate'
from uxpipeline.stage_events e
join stored_events stored on stored.session_id = e.session_id and stored.id = e.id
where l.load_id = %(load_id)s
    and e.load_id = l.load_id
    and e.line_no = l.line_no
    and e.id::text = l.source_id
    and l.outcome = 'pending';
