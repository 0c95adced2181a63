-- What the totals lose; what they gain is added once the new facts are there.
create temporary table friction_changes on commit drop as
select f.*, -1 as sign
from uxpipeline.session_friction f
join stale_sessions s on s.session_id = f.session_id;
