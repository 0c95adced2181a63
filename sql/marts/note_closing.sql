-- How far closing has come: to the watermark it began with. Nothing moves when there was nothing to look at.
update uxpipeline.mart_state m
set closed_before = greatest(m.closed_before, %(silent_before)s),
    closed_received_before = greatest(m.closed_received_before, %(watermark)s)
where exists (select from touched_sessions);
