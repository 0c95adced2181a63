-- Kept for rows that are still to come. Of a form only the last touch counts.
with news as (
    select distinct on (r.session_id, r.kind, r.subject, case when r.kind = 'dead_click' then r.at end) r.*
    from uxpipeline.stage_remarks r
    join uxpipeline.stage_lines l
        on l.load_id = r.load_id and l.line_no = r.line_no and l.outcome in ('pending', 'inserted')
    where r.load_id = %(load_id)s
    order by r.session_id, r.kind, r.subject, case when r.kind = 'dead_click' then r.at end, r.at desc, r.value desc
),
outdated as (
    delete from uxpipeline.remarks known
    using news n
    where known.session_id = n.session_id and known.kind = n.kind and known.subject = n.subject
        and n.kind = 'form_touch' and known.at < n.at
)
insert into uxpipeline.remarks as known (session_id, kind, subject, at, value)
select n.session_id, n.kind, n.subject, n.at, n.value
from news n
where n.kind = 'dead_click'
    or not exists (
        select from uxpipeline.remarks known
        where known.session_id = n.session_id and known.kind = n.kind and known.subject = n.subject and known.at > n.at
    )
order by n.session_id, n.kind, n.subject, n.at
on conflict (session_id, kind, subject, at) do update
set value = excluded.value
where known.value < excluded.value;
