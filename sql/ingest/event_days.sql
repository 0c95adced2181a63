-- The UTC days an audited load's events fall on, and which of them are worth to be stored apart: those it brings many
-- events of, as nobody did before, where no row of another is derived from them.
select
    staged.day,
    staged.events >= %(fewest)s
    and to_regclass('uxpipeline.behavior_events_' || to_char(staged.day, 'YYYYMMDD')) is null
    and not exists (
        select from uxpipeline.behavior_events_default d
        where d."timestamp" >= staged.day::timestamp at time zone 'UTC'
            and d."timestamp" < (staged.day + 1)::timestamp at time zone 'UTC'
    )
    and not exists (
        select from uxpipeline.stage_events e
        where e.load_id = %(load_id)s
            and (e.earliest_only or e.deepest_only or e.metadata ?| array['detector', 'rage_clicks'])
    ) as apart
from (
    select (e."timestamp" at time zone 'UTC')::date as day, count(*) as events
    from uxpipeline.stage_events e
    join uxpipeline.stage_verdicts v on v.load_id = e.load_id and v.passed
    where e.load_id = %(load_id)s
    group by 1
) staged
order by staged.day;
