update uxpipeline.stage_lines l
set outcome = 'duplicate'
from uxpipeline.stage_funnel_steps f
join public.conversion_funnels stored on stored.session_id = f.session_id and stored.id = f.id
where l.load_id = %(load_id)s
    and f.load_id = l.load_id
    and f.line_no = l.line_no
    and f.id::text = l.source_id
    and l.outcome = 'pending';
