-- The lines of this load learn which session they belong to.
with named as (
    select m.line_no, r.session_id
    from uxpipeline.stage_moments m
    join merged_runs r on r.visitor_key = m.visitor_key and m.at between r.started_at and r.ended_at
    where m.load_id = %(load_id)s
),
lines as (
    update uxpipeline.stage_lines s set session_id = n.session_id
    from named n where s.load_id = %(load_id)s and s.line_no = n.line_no
),
events as (
    update uxpipeline.stage_events s set session_id = n.session_id
    from named n where s.load_id = %(load_id)s and s.line_no = n.line_no
),
sessions as (
    update uxpipeline.stage_sessions s set session_id = n.session_id
    from named n where s.load_id = %(load_id)s and s.line_no = n.line_no
),
funnel_steps as (
    update uxpipeline.stage_funnel_steps s set session_id = n.session_id
    from named n where s.load_id = %(load_id)s and s.line_no = n.line_no
)
update uxpipeline.stage_assignments s set session_id = n.session_id
from named n where s.load_id = %(load_id)s and s.line_no = n.line_no;
