-- An event repeated under a later timestamp happened at the earliest.
delete from touched_events e
using (
    select n, id, min("timestamp") as earliest
    from touched_events
    where not follows
        and id in (
            select id from touched_events
            where not follows
                and n in (
                    select s.n
                    from session_spans s
                    join touched_sessions t on t.session_id = s.session_id
                    where t.may_repeat
                )
            group by id having count(*) > 1
        )
    group by n, id
    having count(*) > 1
) again
where e.n = again.n and e.id = again.id and e."timestamp" > again.earliest
    and not e.follows;
