-- Between which moments all events of all touched sessions lie; an empty span where there are none.
select
    coalesce(min(s.span_start), %(silent_before)s) as span_start,
    coalesce(max(s.span_end), %(silent_before)s) as span_end
from session_spans s;
