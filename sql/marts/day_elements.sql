-- The day's events per element and kind, repeats left out.
insert into uxpipeline.day_elements (
    date, element_path, event_type, event_count, unique_sessions, avg_hesitation_ms, median_hesitation_ms
)
select
    %(day)s,
    coalesce(be.element_path, '') as element_path,
    be.event_type,
    count(*),
    count(distinct be.session_id),
    avg(sane.hesitation_ms),
    percentile_cont(0.5) within group (order by sane.hesitation_ms) filter (where sane.hesitation_ms is not null)
from public.behavior_events be
cross join lateral (
    -- Few events carry the key; asking for it first spares the others the function.
    select case
        when be.event_data ? 'hesitation_ms' then uxpipeline.sane_hesitation_ms(be.event_data)
    end as hesitation_ms
) sane
where be."timestamp" >= %(day_start)s and be."timestamp" < %(day_end)s
    and not exists (
        select from uxpipeline.repeated_events r
        where r."timestamp" >= %(day_start)s and r."timestamp" < %(day_end)s
            and r.session_id = be.session_id and r.id = be.id and r."timestamp" = be."timestamp"
    )
group by 2, 3;
