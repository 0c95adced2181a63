-- The funnel steps of these sessions.
create temporary table session_steps on commit drop as
select s.n, cf.*
from stale_sessions s
cross join lateral (
    select
        stored.funnel_name, stored.step_order, stored.step_name, stored.entered_at, stored.duration_seconds,
        stored.dropoff_reason
    from public.conversion_funnels stored
    where stored.session_id = s.session_id
    offset 0
) cf;
