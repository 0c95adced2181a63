-- The UTC days that a load is to store apart: those it brings many events of, as nobody did before, where no row of another
-- is derived from them and all sessions are named.
select staged.day
from (
    select
        (e."timestamp" at time zone 'UTC')::date as day,
        count(*) as events,
        bool_or(bool_or(
            e.earliest_only or e.deepest_only or e.metadata ?| array['detector', 'rage_clicks']
        )) over () as are_more_than_events
    from uxpipeline.stage_events e
    where e.load_id = %(load_id)s
    group by 1
) staged
where staged.events >= %(fewest)s
    and not staged.are_more_than_events
    and to_regclass('uxpipeline.behavior_events_' || to_char(staged.day, 'YYYYMMDD')) is null
    and not exists (
        select from uxpipeline.behavior_events_default d
        where d."timestamp" >= staged.day::timestamp at time zone 'UTC'
            and d."timestamp" < (staged.day + 1)::timestamp at time zone 'UTC'
    )
    and not exists (select from uxpipeline.stage_moments m where m.load_id = %(load_id)s)
order by staged.events desc
limit %(most)s;
