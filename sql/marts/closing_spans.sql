-- The touched sessions, numbered, and between which moments all their events lie: whatever is stored is in the facts or
-- has been noted.
create temporary table session_spans on commit drop as
select
    row_number() over ()::integer as n,
    t.session_id,
    least(f.first_at, owed.first_at) as span_start,
    greatest(f.last_at + interval '1 microsecond', owed.last_at) as span_end
from touched_sessions t
-- Looked up session by session, however many others there are.
left join lateral (
    select known.first_at, known.last_at
    from uxpipeline.session_facts known
    where known.session_id = t.session_id
    offset 0
) f on true
left join (
    select
        s.session_id,
        min(s.day)::timestamp at time zone 'UTC' as first_at,
        (max(s.day) + 1)::timestamp at time zone 'UTC' as last_at
    from uxpipeline.stale_sessions s
    group by s.session_id
) owed on owed.session_id = t.session_id;
