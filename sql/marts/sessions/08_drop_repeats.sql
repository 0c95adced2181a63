delete from session_events e
where e.ctid = any (array(select r.place from repeats r));
