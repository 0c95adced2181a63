-- What the totals lose; what they gain is added once the new facts are there.
create temporary table friction_changes on commit drop as
select f.*, -1 as sign
from uxpipeline.session_friction f
where f.session_id = any (array(select s.session_id from stale_sessions s));
