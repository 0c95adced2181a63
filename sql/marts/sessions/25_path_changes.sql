-- What the totals lose; what they gain is added once the new facts are there.
create temporary table path_changes on commit drop as
select before.*, -1 as sign
from uxpipeline.path_totals_of(array(select s.session_id from stale_sessions s where s.known)) before;
