-- The seed's statement over raw events: UTC days (D32), '' for no path (D33), only sane numbers (D26). An event is
-- (session_id, id): what repeats it under a later timestamp is no event, whatever day either falls on.
select
    (be."timestamp" at time zone 'UTC')::date as date,
    coalesce(be.element_path, '') as element_path,
    be.event_type,
    count(*) as event_count,
    count(distinct be.session_id) as unique_sessions,
    avg(ms.sane) as avg_hesitation_ms,
    percentile_cont(0.5) within group (order by ms.sane) as median_hesitation_ms,
    sum(case when be.event_type = 'form_abandon' then 1 else 0 end) as form_abandons,
    sum(case when be.event_type = 'form_submit' then 1 else 0 end) as form_submits
from events be
cross join lateral (
    select case
        when be.event_data ->> 'hesitation_ms' ~ '^[0-9]{1,8}(\.[0-9]{1,6})?$'
            then round((be.event_data ->> 'hesitation_ms')::numeric)::integer
    end as sane
) ms
where be."timestamp" >= (date_trunc('day', now() at time zone 'UTC') - interval '30 days') at time zone 'UTC'
group by 1, 2, 3
