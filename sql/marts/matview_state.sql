-- Whether a materialized view holds anything yet, and whether what it shows is what a refresh would make today.
select
    c.relispopulated,
    coalesce(shown.facts_version = state.facts_version and shown.refreshed_on = (now() at time zone 'UTC')::date, false)
from pg_catalog.pg_class c
cross join uxpipeline.mart_state state
left join uxpipeline.matview_state shown on shown.relation = %(relation)s
where c.oid = ('public.' || %(relation)s)::regclass;
