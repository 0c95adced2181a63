-- The facts owe every session this load touched, for each day it touched it on.
insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select distinct named.session_id, (named.at at time zone 'UTC')::date, named.relation, 'load'
from (
    select e.line_no, e.session_id, e."timestamp" as at, 'behavior_events' as relation
    from uxpipeline.stage_events e
    where e.load_id = %(load_id)s
        and cardinality(%(other_days)s::date[]) > 0
        and (e."timestamp" at time zone 'UTC')::date <> all (%(new_days)s::date[])
    union all
    select f.line_no, f.session_id, f.entered_at, 'conversion_funnels'
    from uxpipeline.stage_funnel_steps f where f.load_id = %(load_id)s
) named
where not exists (select from refused_lines r where r.line_no = named.line_no)
union
select n.session_id, n.day, 'behavior_events', 'load' from sessions_of_new_days n
union
select t.session_id, (us.created_at at time zone 'UTC')::date, 'user_sessions', 'load'
from touched_sessions t
join public.user_sessions us on us.session_id = t.session_id;
