-- An id that comes back as another event type on another page is no retry: both events happened, one would be lost.
with returned as materialized (
    select e.*
    from uxpipeline.stage_events e
    join repeated_ids again on again.id = e.id
    where e.load_id = %(load_id)s
)
update uxpipeline.stage_lines l
set outcome = 'quarantined', reason = 'id_reused', detail = 'id', payload = left(to_jsonb(e)::text, 8192)
from returned e
where l.load_id = %(load_id)s
    and e.line_no = l.line_no
    and e.id::text = l.source_id
    and l.outcome in ('pending', 'duplicate')
    and exists (
        select from returned first_one
        where first_one.session_id = e.session_id and first_one.id = e.id and first_one.line_no < e.line_no
            and (first_one.event_type, first_one.page_url) is distinct from (e.event_type, e.page_url)
        union all
        select from stored_events stored
        where stored.session_id = e.session_id and stored.id = e.id
            and (stored.event_type, stored.page_url) is distinct from (e.event_type, e.page_url)
    );
