insert into uxpipeline.path_totals as t (component_id, path_key, path, sessions, duration_seconds, steps_timed)
select
    c.component_id, c.path_key, c.path,
    sum(c.sign * c.sessions), sum(c.sign * c.duration_seconds), sum(c.sign * c.steps_timed)
from path_changes c
group by c.component_id, c.path_key, c.path
on conflict (component_id, path_key) do update
set sessions = t.sessions + excluded.sessions,
    duration_seconds = t.duration_seconds + excluded.duration_seconds,
    steps_timed = t.steps_timed + excluded.steps_timed
where (excluded.sessions, excluded.duration_seconds, excluded.steps_timed) <> (0, 0, 0);
