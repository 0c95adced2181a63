-- A day whose repeats change is computed again as well: what it counts changes with them. This day is at it already, if
-- perhaps only for its sessions.
with changed as (
    select distinct s.session_id, (change."timestamp" at time zone 'UTC')::date as day
    from (
        (
            select r.n, r.id, r."timestamp" from repeats r
            except
            select s.n, known.id, known."timestamp"
            from uxpipeline.repeated_events known
            join stale_sessions s on s.session_id = known.session_id
        )
        union all
        (
            select s.n, known.id, known."timestamp"
            from uxpipeline.repeated_events known
            join stale_sessions s on s.session_id = known.session_id
            except
            select r.n, r.id, r."timestamp" from repeats r
        )
    ) change
    join stale_sessions s on s.n = change.n
),
at_it as (
    insert into causes (cause, relation)
    select distinct 'direct write', 'behavior_events' from changed where changed.day = %(day)s
)
insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select changed.session_id, changed.day, 'behavior_events', 'direct write' from changed where changed.day <> %(day)s;
