-- A conversion is kept once per (session, name, at) on each of the session's assignments it belongs to.
with news as (
    select va.session_id, va.id, c.line_no, jsonb_build_object('name', c.name, 'at', c.at) as entry
    from uxpipeline.stage_conversions c
    join uxpipeline.stage_lines l
        on l.load_id = c.load_id and l.line_no = c.line_no and l.outcome in ('pending', 'inserted')
    join public.variant_assignments va on va.session_id = c.session_id and va.test_id = coalesce(c.test_id, va.test_id)
    where c.load_id = %(load_id)s
        and not coalesce(va.conversion_events, '[]') @> jsonb_build_array(jsonb_build_object('name', c.name, 'at', c.at))
),
written as (
    update public.variant_assignments va
    set conversion_events = coalesce(va.conversion_events, '[]') || fresh.entries
    from (
        select session_id, id, jsonb_agg(distinct entry) as entries
        from news
        group by session_id, id
    ) fresh
    where va.session_id = fresh.session_id and va.id = fresh.id
    returning 1
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from news n
    where l.load_id = %(load_id)s and l.line_no = n.line_no and l.outcome = 'pending'
)
select 'variant_assignments' as relation, count(*) as rows from written;
