-- Between which moments all events of these sessions lie, and whether the day has been counted before: if not, it has no
-- events but theirs.
select
    coalesce(min(s.span_start), %(day_start)s) as span_start,
    coalesce(max(s.span_end), %(day_end)s) as span_end,
    exists (select from uxpipeline.fact_days d where d.day = %(day)s) as counted
from stale_sessions s;
