-- Of a derived event that both parts of a joined session hold the earliest stays. The facts owe the days of both names.
with parts as (
    select s.session_id, s.span_start, s.span_end
    from uxpipeline.event_spans(array(select m.old_id from moved_sessions m)) s
),
taken as (
    delete from public.behavior_events be
    using parts p
    where be.session_id = p.session_id and be."timestamp" >= p.span_start and be."timestamp" < p.span_end
        -- Bounds known when the statement runs: partitions outside them are not opened.
        and be."timestamp" >= (select min(span_start) from parts)
        and be."timestamp" < (select max(span_end) from parts)
    returning be.*
),
noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select distinct named.session_id, (t."timestamp" at time zone 'UTC')::date, 'behavior_events', named.cause
    from taken t
    join moved_sessions m on m.old_id = t.session_id
    cross join lateral (values (m.old_id, 'deletion'), (m.new_id, 'load')) named (session_id, cause)
)
insert into public.behavior_events
select (jsonb_populate_record(
    null::public.behavior_events, to_jsonb(part) - 'new_id' || jsonb_build_object('session_id', part.new_id)
)).*
from (
    select distinct on (m.new_id, t.id) m.new_id, t.*
    from taken t
    join moved_sessions m on m.old_id = t.session_id
    order by m.new_id, t.id, t."timestamp"
) part
where not exists (
    select from public.behavior_events earlier where earlier.session_id = part.new_id and earlier.id = part.id
);
