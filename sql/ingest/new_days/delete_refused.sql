-- What was stored apart before it was known that it is not taken.
delete from uxpipeline.stage_new_events stored
using uxpipeline.stage_events e
join refused_lines r on r.line_no = e.line_no
where e.load_id = %(load_id)s
    and stored.session_id = e.session_id and stored."timestamp" = e."timestamp" and stored.id = e.id;
