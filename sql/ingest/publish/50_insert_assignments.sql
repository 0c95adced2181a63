-- A session is in one arm of a test: the one it was assigned to first, in whatever order its assignments come. When it
-- was first shown the other one is kept beside it.
with lines as materialized (
    select a.*
    from uxpipeline.stage_assignments a
    join uxpipeline.stage_lines l on l.load_id = a.load_id and l.line_no = a.line_no and l.outcome = 'pending'
    where a.load_id = %(load_id)s
),
firsts as (
    select distinct on (test_id, session_id) *
    from lines
    order by test_id, session_id, assigned_at, line_no
),
candidates as materialized (
    select f.*, o.other_variant_at
    from firsts f
    left join (
        select l.test_id, l.session_id, min(l.assigned_at) as other_variant_at
        from lines l
        join firsts f on f.test_id = l.test_id and f.session_id = l.session_id
        where l.variant <> f.variant
        group by l.test_id, l.session_id
    ) o on o.test_id = f.test_id and o.session_id = f.session_id
),
inserted as (
    insert into public.variant_assignments (
        id, test_id, session_id, variant, assigned_at, other_variant_at, metadata, received_at
    )
    select
        c.id, c.test_id, c.session_id, c.variant, c.assigned_at, c.other_variant_at, c.metadata,
        coalesce(c.received_at, clock_timestamp())
    from candidates c
    order by c.session_id, c.test_id
    on conflict do nothing
    returning test_id, session_id, variant, assigned_at, other_variant_at, true as first_is_new, true as other_is_new
),
-- An arm's earliest time is known from both sides; the earlier arm is the session's.
merged as (
    select
        c.test_id, c.session_id, c.metadata, c.received_at,
        c.assigned_at < stored.assigned_at as overtakes,
        case when c.assigned_at < stored.assigned_at then c.variant else stored.variant end as variant,
        least(c.assigned_at, stored.assigned_at) as assigned_at,
        case
            when c.variant = stored.variant then least(stored.other_variant_at, c.other_variant_at)
            when c.assigned_at < stored.assigned_at then least(stored.assigned_at, c.other_variant_at)
            else least(stored.other_variant_at, c.assigned_at)
        end as other_variant_at,
        stored.other_variant_at as known_other_variant_at
    from candidates c
    join public.variant_assignments stored on stored.session_id = c.session_id and stored.test_id = c.test_id
),
updated as (
    update public.variant_assignments stored
    set variant = m.variant,
        assigned_at = m.assigned_at,
        other_variant_at = m.other_variant_at,
        metadata = case when m.overtakes then m.metadata else stored.metadata end,
        received_at = coalesce(m.received_at, clock_timestamp())
    from merged m
    where stored.session_id = m.session_id and stored.test_id = m.test_id
        and (m.overtakes or m.other_variant_at is distinct from m.known_other_variant_at)
    returning
        stored.test_id, stored.session_id, stored.variant, stored.assigned_at, stored.other_variant_at,
        m.overtakes as first_is_new, m.other_variant_at is distinct from m.known_other_variant_at as other_is_new
),
written as (
    select * from inserted
    union all
    select * from updated
),
-- The line that said what is new: one for each time.
told as (
    select distinct on (l.test_id, l.session_id, l.variant) l.load_id, l.line_no
    from lines l
    join written w on w.test_id = l.test_id and w.session_id = l.session_id
    where (w.first_is_new and l.variant = w.variant and l.assigned_at = w.assigned_at)
        or (w.other_is_new and l.variant <> w.variant and l.assigned_at = w.other_variant_at)
    order by l.test_id, l.session_id, l.variant, l.line_no
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from told t
    where l.load_id = t.load_id and l.line_no = t.line_no and l.outcome = 'pending'
)
select 'variant_assignments' as relation, count(*) as rows from written;
