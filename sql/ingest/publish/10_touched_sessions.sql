-- Every session this load adds something to, and whether it is the first to do so.
create temporary table touched_sessions on commit drop as
select
    named.session_id,
    min(named.at) as first_at,
    not exists (select from public.user_sessions us where us.session_id = named.session_id) as is_new
from (
    select told.session_id, told.at
    from (
        select e.line_no, e.session_id, e."timestamp" as at
        from uxpipeline.stage_events e
        where e.load_id = %(load_id)s
        union all
        select s.line_no, s.session_id, s.created_at
        from uxpipeline.stage_sessions s
        where s.load_id = %(load_id)s and s.at is null
        union all
        select f.line_no, f.session_id, f.entered_at
        from uxpipeline.stage_funnel_steps f
        where f.load_id = %(load_id)s
        union all
        select a.line_no, a.session_id, a.assigned_at
        from uxpipeline.stage_assignments a
        where a.load_id = %(load_id)s
        union all
        -- What a line remarks about a session is no news of when it was.
        select r.line_no, r.session_id, null
        from uxpipeline.stage_remarks r
        where r.load_id = %(load_id)s
            and exists (select from public.user_sessions us where us.session_id = r.session_id)
    ) told
    where not exists (select from refused_lines r where r.line_no = told.line_no)
    union all
    select m.new_id, null from moved_sessions m
) named
group by named.session_id;
