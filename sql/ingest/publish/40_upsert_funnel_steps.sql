-- A step the source supplies replaces one we derived; of two of a kind the earlier entry stays, in whatever order they come.
with candidates as (
    select distinct on (f.session_id, f.funnel_name, f.step_order) f.*
    from uxpipeline.stage_funnel_steps f
    join uxpipeline.stage_lines l
        on l.load_id = f.load_id and l.line_no = f.line_no and l.outcome in ('pending', 'inserted')
    where f.load_id = %(load_id)s
    order by f.session_id, f.funnel_name, f.step_order, f.derived, f.entered_at, f.line_no
),
written as (
    insert into public.conversion_funnels as stored (
        id, funnel_name, step_name, step_order, session_id, entered_at, exited_at, duration_seconds, dropoff_reason,
        metadata, received_at
    )
    select
        c.id, c.funnel_name, c.step_name, c.step_order, c.session_id, c.entered_at, c.exited_at, c.duration_seconds,
        c.dropoff_reason, c.metadata, coalesce(c.received_at, clock_timestamp())
    from candidates c
    order by c.session_id, c.funnel_name, c.step_order
    on conflict (session_id, funnel_name, step_order) do update
    set id = excluded.id,
        step_name = excluded.step_name,
        entered_at = excluded.entered_at,
        exited_at = excluded.exited_at,
        duration_seconds = excluded.duration_seconds,
        dropoff_reason = excluded.dropoff_reason,
        metadata = excluded.metadata,
        received_at = excluded.received_at
    where case
        when coalesce(stored.metadata ? 'detector', false) = (excluded.metadata ? 'detector')
            then excluded.entered_at < stored.entered_at
        else stored.metadata ? 'detector'
    end
    returning session_id, id
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from candidates c
    join written w on w.session_id = c.session_id and w.id = c.id
    where l.load_id = c.load_id and l.line_no = c.line_no and l.outcome = 'pending'
)
select 'conversion_funnels' as relation, count(*) as rows from written;
