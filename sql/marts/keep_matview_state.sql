insert into uxpipeline.matview_state (relation, facts_version, refreshed_on, refreshed_at)
select %(relation)s, state.facts_version, (now() at time zone 'UTC')::date, clock_timestamp() from uxpipeline.mart_state state
on conflict (relation) do update
set facts_version = excluded.facts_version, refreshed_on = excluded.refreshed_on, refreshed_at = excluded.refreshed_at;
