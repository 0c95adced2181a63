-- A click on the element that a remark names, at the time it names, had no effect: whichever of the two came first. Written
-- anew rather than updated, so that it counts as received when it was.
with dead as (
    select distinct be.session_id, be."timestamp", be.id, r.at, r.subject
    from uxpipeline.remarks r
    join touched_sessions t on t.session_id = r.session_id
    cross join lateral (
        select * from public.behavior_events stored
        where stored.session_id = r.session_id
            and stored."timestamp" >= r.at - interval '50 milliseconds'
            and stored."timestamp" <= r.at + interval '50 milliseconds'
        offset 0
    ) be
    where r.kind = 'dead_click' and be.event_type = 'click' and be.element_path = r.subject
        and not be.metadata ? 'dead'
),
taken as (
    delete from public.behavior_events be
    using dead d
    where be.session_id = d.session_id and be."timestamp" = d."timestamp" and be.id = d.id
        -- Bounds known when the statement runs: partitions outside them are not opened.
        and be."timestamp" >= (select min("timestamp") from dead)
        and be."timestamp" <= (select max("timestamp") from dead)
    returning be.*
),
noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select distinct session_id, ("timestamp" at time zone 'UTC')::date, 'behavior_events', 'load' from taken
),
written as (
    insert into public.behavior_events
    select (jsonb_populate_record(
        null::public.behavior_events,
        to_jsonb(t) || jsonb_build_object('metadata', t.metadata || '{"dead": true}')
    )).*
    from taken t
    returning session_id, "timestamp", id
)
update uxpipeline.stage_lines l
set outcome = 'inserted'
from uxpipeline.stage_remarks said
join dead d on d.session_id = said.session_id and d.at = said.at and d.subject = said.subject
where said.load_id = %(load_id)s and said.kind = 'dead_click' and l.load_id = said.load_id and l.line_no = said.line_no
    and l.outcome = 'pending' and exists (select from written);
