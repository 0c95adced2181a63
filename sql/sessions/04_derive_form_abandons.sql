-- A form that was started and never submitted in a session that fell silent was abandoned, at the last event seen on its
-- page. Recomputed for the touched sessions: a late submission takes its abandon away again. The facts owe every day that
-- gained or lost one.
with forms as (
    select be.*, t.n
    from touched_events t
    join session_spans s on s.n = t.n
    cross join lateral (
        select * from public.behavior_events stored
        where stored.session_id = s.session_id and stored."timestamp" = t."timestamp" and stored.id = t.id
        offset 0
    ) be
    where t.derived in ('form_start', 'form_abandon')
),
seen as (
    select
        f.n, f.id,
        bool_or(e.submitted_form_id = f.event_data -> 'form_id') as submitted,
        max(e."timestamp") as last_at,
        max(e."timestamp") filter (
            where e.page_url = f.page_url and e.event_type <> 'form_abandon' and not e.follows
        ) as left_at,
        (array_agg(e.received_at order by e."timestamp" desc, e.id desc) filter (
            where e.page_url = f.page_url and e.event_type <> 'form_abandon' and not e.follows
        ))[1] as received_at
    from forms f
    join touched_events e on e.n = f.n
    where f.event_type = 'form_start'
    group by f.n, f.id
),
expected as (
    select
        md5(f.id::text || '.form_abandon')::uuid as id,
        seen.left_at as "timestamp",
        f.session_id, f.element_path, f.element_type, f.page_url, f.component_id, f.viewport_size, f.metadata, f.load_id,
        seen.received_at,
        jsonb_build_object('form_id', f.event_data -> 'form_id')
            || case when last_touch.field is null then '{}' else jsonb_build_object('last_field', last_touch.field) end as event_data
    from forms f
    join seen on seen.n = f.n and seen.id = f.id
    left join lateral (
        select touches.field
        from (
            select e."timestamp" as at, e.touched_field as field
            from touched_events e
            where e.n = f.n and e.touched_form_id = f.event_data -> 'form_id' and e.touched_field is not null
            union all
            select r.at, r.value
            from uxpipeline.remarks r
            where r.session_id = f.session_id and r.kind = 'form_touch' and r.subject = f.event_data ->> 'form_id'
        ) touches
        order by touches.at desc, touches.field desc
        limit 1
    ) last_touch on true
    where f.event_type = 'form_start' and seen.last_at <= %(silent_before)s and seen.submitted is not true
),
-- A session that somebody is erasing is waited for, and left alone once it is gone.
kept as materialized (
    select us.session_id
    from public.user_sessions us
    where us.session_id = any (array(select x.session_id from expected x))
    for key share
),
gone as (
    select f.session_id, f."timestamp", f.id
    from forms f
    where f.event_type = 'form_abandon'
        and not exists (
            select from expected x
            where x.session_id = f.session_id and x.id = f.id and x."timestamp" = f."timestamp"
                and x.event_data = f.event_data
        )
),
withdrawn as (
    delete from public.behavior_events be
    using gone
    where be.session_id = gone.session_id and be."timestamp" = gone."timestamp" and be.id = gone.id
        -- Bounds known when the statement runs: partitions outside them are not opened.
        and be."timestamp" >= (select min("timestamp") from gone)
        and be."timestamp" <= (select max("timestamp") from gone)
    returning be.session_id, be."timestamp"
),
written as (
    insert into public.behavior_events (
        id, session_id, event_type, element_path, element_type, event_data, "timestamp", page_url, component_id,
        viewport_size, metadata, received_at, load_id
    )
    select
        x.id, x.session_id, 'form_abandon', x.element_path, x.element_type, x.event_data, x."timestamp", x.page_url,
        x.component_id, x.viewport_size, x.metadata, x.received_at, x.load_id
    from expected x
    join kept on kept.session_id = x.session_id
    -- What is written anew has gone by then.
    where (select count(*) from withdrawn) >= 0
    on conflict do nothing
    returning session_id, "timestamp"
),
noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select distinct session_id, ("timestamp" at time zone 'UTC')::date, 'behavior_events', 'deletion' from withdrawn
    union all
    select distinct session_id, ("timestamp" at time zone 'UTC')::date, 'behavior_events', 'load' from written
)
select 'behavior_events' as relation, count(*) as rows from written;
