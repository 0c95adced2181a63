-- The touched sessions, numbered, and between which moments all their events lie.
create temporary table session_spans on commit drop as
select row_number() over ()::integer as n, spans.*
from uxpipeline.event_spans(array(select t.session_id from touched_sessions t)) spans;
