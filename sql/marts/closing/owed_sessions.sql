-- The sessions that the facts owe: on which days, whether only loads noted them, and in which transactions.
create temporary table owed_sessions on commit drop as
select
    s.session_id,
    min(s.day) as first_day,
    max(s.day) as last_day,
    bool_and(s.cause = 'load') as by_loads,
    array_agg(distinct s.xmin::text) as written_by
from uxpipeline.stale_sessions s
group by s.session_id;
