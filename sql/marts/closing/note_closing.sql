-- How far closing has come: to the watermark it began with. Nothing moves when nothing came.
update uxpipeline.mart_state m
set closed_before = greatest(m.closed_before, %(silent_before)s),
    closed_received_before = greatest(m.closed_received_before, %(watermark)s)
where exists (select from touched_sessions) or m.received_before > m.closed_received_before;
