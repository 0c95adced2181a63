-- Days after today (UTC) that have an event partition, and events without one.
select
    count(*) filter (where to_regclass('uxpipeline.behavior_events_' || to_char(day, 'YYYYMMDD')) is not null) as ahead,
    (select count(*) from uxpipeline.behavior_events_default) as in_default
from generate_series(
    (now() at time zone 'UTC')::date + 1, (now() at time zone 'UTC')::date + 30, interval '1 day'
) day;
