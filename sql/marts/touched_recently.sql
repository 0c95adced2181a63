-- Sessions that fell silent lately with a form still open: the ones no later load may ever touch again.
create temporary table touched_sessions on commit drop as
select distinct be.session_id
from public.behavior_events be
where be.event_type = 'form_start' and be."timestamp" > %(since)s;
