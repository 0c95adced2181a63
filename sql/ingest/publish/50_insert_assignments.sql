-- A session is in one arm of a test: the one it was assigned to first, in whatever order its assignments come.
with candidates as (
    select distinct on (a.test_id, a.session_id) a.*
    from uxpipeline.stage_assignments a
    join uxpipeline.stage_lines l on l.load_id = a.load_id and l.line_no = a.line_no and l.outcome = 'pending'
    where a.load_id = %(load_id)s
    order by a.test_id, a.session_id, a.assigned_at, a.line_no
),
inserted as (
    insert into public.variant_assignments (id, test_id, session_id, variant, assigned_at, metadata, received_at)
    select c.id, c.test_id, c.session_id, c.variant, c.assigned_at, c.metadata, coalesce(c.received_at, clock_timestamp())
    from candidates c
    order by c.session_id, c.test_id
    on conflict do nothing
    returning test_id, session_id
),
overtaken as (
    update public.variant_assignments stored
    set variant = c.variant,
        assigned_at = c.assigned_at,
        metadata = c.metadata,
        received_at = coalesce(c.received_at, clock_timestamp())
    from candidates c
    where stored.session_id = c.session_id and stored.test_id = c.test_id and stored.assigned_at > c.assigned_at
    returning stored.test_id, stored.session_id
),
written as (
    select * from inserted
    union all
    select * from overtaken
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from candidates c
    join written w on w.test_id = c.test_id and w.session_id = c.session_id
    where l.load_id = c.load_id and l.line_no = c.line_no and l.outcome = 'pending'
)
select 'variant_assignments' as relation, count(*) as rows from written;
