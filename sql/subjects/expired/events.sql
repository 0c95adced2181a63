-- How many events there are of days before the first one kept.
select count(*) from public.behavior_events where "timestamp" < cast(%(first_kept)s as date)::timestamp at time zone 'UTC';
