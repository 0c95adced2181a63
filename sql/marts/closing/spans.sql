-- The touched sessions, numbered, and between which moments all their events lie: whatever is stored is in the facts or
-- has been noted.
create temporary table session_spans on commit drop as
select
    row_number() over ()::integer as n,
    t.session_id,
    least(f.first_at, owed.first_day::timestamp at time zone 'UTC') as span_start,
    greatest(
        f.last_at + interval '1 microsecond', (owed.last_day + 1)::timestamp at time zone 'UTC'
    ) as span_end
from touched_sessions t
left join owed_sessions owed on owed.session_id = t.session_id
-- Looked up session by session, however many others there are.
left join lateral (
    select known.first_at, known.last_at
    from uxpipeline.session_facts known
    where known.session_id = t.session_id
    offset 0
) f on true;
