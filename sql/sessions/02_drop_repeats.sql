-- An event repeated under a later timestamp happened at the earliest.
delete from touched_events e
using (
    select n, id, min("timestamp") as earliest
    from touched_events
    where derived_form is distinct from 'form_abandon'
    group by n, id
    having count(*) > 1
) again
where e.n = again.n and e.id = again.id and e."timestamp" > again.earliest
    and e.derived_form is distinct from 'form_abandon';
