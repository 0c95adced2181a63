-- What a replay made of the lines: taken now, or refused again and perhaps for another reason.
update uxpipeline.quarantine q
set replayed_at = case when l.outcome <> 'quarantined' then %(now)s end,
    reason = coalesce(l.reason, q.reason),
    detail = case when l.outcome = 'quarantined' then coalesce(l.detail, '') else q.detail end
from uxpipeline.stage_lines l
where l.load_id = %(load_id)s and q.file_id = %(replay_of)s and q.line_no = l.line_no and q.replayed_at is null;
