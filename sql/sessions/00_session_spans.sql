-- The touched sessions, numbered, and between which moments all their events lie, so that only those partitions are read:
-- whatever is stored is in the facts, owed to them, or was inserted directly since the last refresh.
create temporary table session_spans on commit drop as
select
    row_number() over ()::integer as n,
    t.session_id,
    least(f.first_at, owed.first_at, direct.first_at) as span_start,
    greatest(f.last_at, owed.last_at, direct.last_at) + interval '1 microsecond' as span_end
from touched_sessions t
-- Looked up session by session, however many others there are.
left join lateral (
    select known.first_at, known.last_at from uxpipeline.session_facts known where known.session_id = t.session_id offset 0
) f on true
left join (
    select
        s.session_id,
        min(s.day)::timestamp at time zone 'UTC' as first_at,
        (max(s.day) + 1)::timestamp at time zone 'UTC' as last_at
    from uxpipeline.stale_sessions s
    join touched_sessions touched on touched.session_id = s.session_id
    group by s.session_id
) owed on owed.session_id = t.session_id
left join (
    select be.session_id, min(be."timestamp") as first_at, max(be."timestamp") as last_at
    from public.behavior_events be
    where be.received_at >= (select received_before from uxpipeline.mart_state) and (be.load_id is null or be.changed)
    group by be.session_id
) direct on direct.session_id = t.session_id;
