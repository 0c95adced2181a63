-- Sessions with a form left open: the ones no later load may ever touch again.
create temporary table touched_sessions on commit drop as
select distinct started.session_id
from public.behavior_events started
where started.event_type = 'form_start'
    and started.metadata ->> 'detector' = 'uxpipeline.form'
    and started."timestamp" > %(since)s
    and not exists (
        select from public.behavior_events ended
        where ended.session_id = started.session_id
            and ended.event_type in ('form_submit', 'form_abandon')
            and ended.event_data -> 'form_id' = started.event_data -> 'form_id'
    );
