-- Whether rows of behavior_events came, changed or went, or only sessions and funnel steps.
select coalesce(bool_or(relation = 'behavior_events'), false), (select count(*) from stale_sessions) from causes;
