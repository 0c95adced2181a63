-- Between which moments all stored events of each session lie, so that only those partitions are read: whatever is stored
-- is in the facts, owed to them, or was inserted directly since the last refresh. NULL: there are none.
create or replace function uxpipeline.event_spans(session_ids text[]) returns table (
    session_id text,
    span_start timestamptz,
    span_end timestamptz
)
language sql stable
set search_path = ''
as $$
    select
        asked.session_id,
        least(f.first_at, owed.first_at, direct.first_at),
        greatest(f.last_at, owed.last_at, direct.last_at) + interval '1 microsecond'
    from unnest(session_ids) asked (session_id)
    -- Looked up session by session, however many others there are.
    left join lateral (
        select known.first_at, known.last_at
        from uxpipeline.session_facts known
        where known.session_id = asked.session_id
        offset 0
    ) f on true
    left join (
        select
            s.session_id,
            min(s.day)::timestamp at time zone 'UTC' as first_at,
            (max(s.day) + 1)::timestamp at time zone 'UTC' as last_at
        from uxpipeline.stale_sessions s
        where s.session_id = any (session_ids)
        group by s.session_id
    ) owed on owed.session_id = asked.session_id
    left join (
        select be.session_id, min(be."timestamp") as first_at, max(be."timestamp") as last_at
        from public.behavior_events be
        where be.received_at >= (select m.received_before from uxpipeline.mart_state m)
            and (be.load_id is null or be.changed)
        group by be.session_id
    ) direct on direct.session_id = asked.session_id
$$;

select uxpipeline.restrict_function('uxpipeline.event_spans(text[])');
