-- The touched sessions, numbered, and between which moments all their events lie. Those of which 20_insert_sessions knew
-- all are left out: nothing else would follow from their events.
create temporary table session_spans on commit drop as
select row_number() over ()::integer as n, spans.*
from uxpipeline.event_spans(array(
    select t.session_id from touched_sessions t where t.may_repeat or not t.is_apart
)) spans;
