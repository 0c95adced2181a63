-- What was known of them before; the facts owe every day that lost one.
with earlier as (
    select known.session_id, known."timestamp", known.id
    from stored_events known
    join scroll_depths s on s.session_id = known.session_id and s.id = known.id
),
overtaken as (
    delete from public.behavior_events stored
    using earlier
    where stored.session_id = earlier.session_id and stored."timestamp" = earlier."timestamp" and stored.id = earlier.id
        -- Bounds known when the statement runs: partitions outside them are not opened.
        and stored."timestamp" >= (select min("timestamp") from earlier)
        and stored."timestamp" <= (select max("timestamp") from earlier)
    returning stored.session_id, stored."timestamp"
)
insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select distinct session_id, ("timestamp" at time zone 'UTC')::date, 'behavior_events', 'load' from overtaken;
