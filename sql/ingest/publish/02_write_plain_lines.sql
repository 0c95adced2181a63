-- A line that is an event and nothing else is staged as that event alone. It becomes a line like the others where
-- something else than to be inserted may become of it, or where a replay asks what became of each.
insert into uxpipeline.stage_lines (load_id, line_no, source_id, session_id, kind, outcome)
select e.load_id, e.line_no, e.id::text, e.session_id, 'event', 'pending'
from uxpipeline.stage_events e
where e.load_id = %(load_id)s and e.plain
    -- Mostly not so: then no event is looked at.
    and (
        %(replay_of)s::bigint is not null
        or exists (select from repeated_ids)
        or exists (select from uxpipeline.stage_lines l where l.load_id = %(load_id)s)
    )
    and (
        %(replay_of)s::bigint is not null
        or e.id in (select id from repeated_ids)
        or e.id::text in (select l.source_id from uxpipeline.stage_lines l where l.load_id = %(load_id)s)
    );
