-- A conversion is kept once per (session, name, at) on each of the session's assignments it belongs to, sorted by time,
-- whether it came with its assignment or had to wait for it.
with conversions as (
    select c.session_id, c.test_id, c.name, c.at, c.line_no
    from uxpipeline.stage_conversions c
    join uxpipeline.stage_lines l
        on l.load_id = c.load_id and l.line_no = c.line_no and l.outcome in ('pending', 'inserted')
    where c.load_id = %(load_id)s
    union all
    select p.session_id, nullif(p.test_id, ''), p.payload ->> 'name', (p.payload ->> 'at')::timestamptz, null
    from uxpipeline.parked p
    join touched_sessions t on t.session_id = p.session_id
    where p.kind = 'conversion' and p.released_at is null
),
news as (
    select va.session_id, va.id, va.test_id, c.line_no, jsonb_build_object('name', c.name, 'at', c.at) as entry
    from conversions c
    join public.variant_assignments va on va.session_id = c.session_id and va.test_id = coalesce(c.test_id, va.test_id)
    where not coalesce(va.conversion_events, '[]') @> jsonb_build_array(jsonb_build_object('name', c.name, 'at', c.at))
),
written as (
    update public.variant_assignments va
    set conversion_events = (
        select jsonb_agg(one.entry order by one.entry)
        from jsonb_array_elements(coalesce(va.conversion_events, '[]') || fresh.entries) one (entry)
    )
    from (
        select session_id, id, jsonb_agg(distinct entry) as entries
        from news
        group by session_id, id
    ) fresh
    where va.session_id = fresh.session_id and va.id = fresh.id
    returning va.session_id, va.test_id
),
released as (
    update uxpipeline.parked p
    set released_at = clock_timestamp()
    from touched_sessions t
    join public.variant_assignments va on va.session_id = t.session_id
    where p.session_id = t.session_id
        and p.kind = 'conversion'
        and p.released_at is null
        and va.test_id = coalesce(nullif(p.test_id, ''), va.test_id)
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from news n
    where l.load_id = %(load_id)s and l.line_no = n.line_no and l.outcome = 'pending'
)
-- An assignment that this load wrote is counted already.
select 'variant_assignments' as relation, count(*) as rows
from written w
where not exists (
    select from uxpipeline.stage_assignments a
    join uxpipeline.stage_lines l on l.load_id = a.load_id and l.line_no = a.line_no and l.outcome = 'inserted'
    where a.load_id = %(load_id)s and a.session_id = w.session_id and a.test_id = w.test_id
);
