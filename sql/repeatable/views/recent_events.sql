-- What the checks of behavior_events read: the last 30 UTC days, because judging every event ever stored on each run would
-- cost a scan of the table, and whatever no daily partition took. What a rule asks is a column, so one pass answers
-- all rules; nothing that visitors write freely is here.
create or replace view uxpipeline.recent_events with (security_invoker = true) as
with kept as (
    select be.*, be.tableoid = 'uxpipeline.behavior_events_default'::regclass as unpartitioned
    from public.behavior_events be
    where be."timestamp" >= (date_trunc('day', now() at time zone 'UTC') - interval '30 days') at time zone 'UTC'
    union all
    select d.*, true
    from uxpipeline.behavior_events_default d
    where d."timestamp" < (date_trunc('day', now() at time zone 'UTC') - interval '30 days') at time zone 'UTC'
)
select
    kept.session_id,
    kept.event_type,
    kept."timestamp",
    kept.received_at,
    kept.unpartitioned,
    kept."timestamp" > kept.received_at + interval '5 minutes' as ahead_of_arrival,
    case
        when kept.event_type in ('click', 'rage_click', 'hover', 'form_start', 'form_abandon', 'form_submit')
            then kept.element_path is not null or kept.component_id is not null
    end as target_named,
    -- What daily_friction_summary and component_performance take for a number.
    kept.event_data ->> 'hesitation_ms' ~ '^[0-9]{1,8}(\.[0-9]{1,6})?$' as hesitation_sane
from kept;

comment on view uxpipeline.recent_events is 'What the quality checks of behavior_events read: 30 days of events, without visitor text.';
