-- Every session this load adds something to, whether it is the first to do so, whether ids may come twice, and whether
-- nothing is told of it but its events on days that are stored apart.
create temporary table touched_sessions on commit drop as
select
    named.*,
    us.session_id is null as is_new,
    us.session_id is not null or named.session_id in (
        select e.session_id
        from uxpipeline.stage_events e
        join repeated_ids again on again.id = e.id
        where e.load_id = %(load_id)s
    ) as may_repeat
from (
    select told.session_id, min(told.at) as first_at, bool_and(told.apart) as is_apart
    from (
        select e.line_no, e.session_id, e."timestamp" as at, false as apart
        from uxpipeline.stage_events e
        where e.load_id = %(load_id)s
            and cardinality(%(other_days)s::date[]) > 0
            and (e."timestamp" at time zone 'UTC')::date <> all (%(new_days)s::date[])
        union all
        select null, n.session_id, n.first_at, true from sessions_of_new_days n
        union all
        select s.line_no, s.session_id, s.created_at, false
        from uxpipeline.stage_sessions s
        where s.load_id = %(load_id)s and s.at is null
        union all
        select f.line_no, f.session_id, f.entered_at, false
        from uxpipeline.stage_funnel_steps f
        where f.load_id = %(load_id)s
        union all
        select a.line_no, a.session_id, a.assigned_at, false
        from uxpipeline.stage_assignments a
        where a.load_id = %(load_id)s
        union all
        -- What a line remarks about a session is no news of when it was.
        select r.line_no, r.session_id, null, false
        from uxpipeline.stage_remarks r
        where r.load_id = %(load_id)s
            and exists (select from public.user_sessions us where us.session_id = r.session_id)
        union all
        select null, m.new_id, null, false from moved_sessions m
    ) told
    where not exists (select from refused_lines r where r.line_no = told.line_no)
    group by told.session_id
) named
left join public.user_sessions us on us.session_id = named.session_id;
