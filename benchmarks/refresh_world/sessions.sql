-- The sessions of one day, numbered; 8 to 32 events each, 20 on average, unless as many are asked for.
create temporary table world_sessions on commit drop as
select
    n,
    md5('session ' || n)::uuid::text as session_id,
    coalesce(%(events_each)s::integer, 8 + floor(25 * pg_temp.share(n, 1))::integer) as events,
    %(day)s::date::timestamp at time zone 'UTC' + interval '1 second' * (60 + 82800 * pg_temp.share(n, 2)) as started_at,
    -- Pages and elements of a site are visited very unequally.
    floor(60 * pg_temp.share(n, 3) ^ 2)::integer as landing,
    pg_temp.share(n, 4) as intent
from generate_series(%(first)s::bigint, %(last)s::bigint) n;
