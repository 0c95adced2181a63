-- Days of the window from its first event to as_of: what a weekly figure is divided by.
select %(as_of)s::date - (min(be."timestamp") at time zone 'UTC')::date + 1
from public.behavior_events be
where be."timestamp" >= %(window_start)s and be."timestamp" < %(window_end)s and be.received_at < %(known_at)s;
