-- How far closing has come. Rows still being written when it looked are not older than the refreshes' watermark of then,
-- so the next closing starts from that; nothing moves when there was nothing to look at.
update uxpipeline.mart_state m
set closed_before = greatest(m.closed_before, %(silent_before)s), closed_received_before = m.received_before
where exists (select from touched_sessions)
    and (m.closed_before < %(silent_before)s or m.closed_received_before <> m.received_before);
