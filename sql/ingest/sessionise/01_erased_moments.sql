-- What belongs to a run that was erased stays away, and does not join it to others.
with erased as (
    select m.line_no
    from uxpipeline.stage_moments m
    join uxpipeline.visitor_runs r on r.visitor_key = m.visitor_key and r.session_id is null
        and m.at > r.started_at - interval '30 minutes' and m.at < r.ended_at + interval '30 minutes'
    where m.load_id = %(load_id)s
),
ignored as (
    update uxpipeline.stage_lines l
    set outcome = 'ignored', kind = 'erased_session'
    from erased e
    where l.load_id = %(load_id)s and l.line_no = e.line_no
)
delete from uxpipeline.stage_moments m
using erased e
where m.load_id = %(load_id)s and m.line_no = e.line_no;
