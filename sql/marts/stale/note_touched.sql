-- Sessions with rows that came or changed since the last refresh without our loader, which notes its own.
with since as (
    select received_before from uxpipeline.mart_state
),
noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select distinct touched.session_id, (touched.at at time zone 'UTC')::date, touched.relation, 'direct write'
    from (
        select be.session_id, be."timestamp" as at, 'behavior_events' as relation
        from public.behavior_events be
        where be.received_at >= (select received_before from since) and (be.load_id is null or be.changed)
        union all
        select us.session_id, us.created_at, 'user_sessions'
        from public.user_sessions us
        where us.received_at >= (select received_before from since)
        union all
        select cf.session_id, cf.entered_at, 'conversion_funnels'
        from public.conversion_funnels cf
        where cf.received_at >= (select received_before from since)
    ) touched
    returning 1
)
select count(*) from noted;
