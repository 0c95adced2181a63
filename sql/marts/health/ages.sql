-- When the newest event happened, when the facts last took something in, and what they owe.
select
    (select max(f.last_at) from uxpipeline.session_facts f where f.total_events > 0) as newest_event,
    state.facts_at,
    state.received_before,
    (select count(distinct s.day) from uxpipeline.stale_sessions s) as days_owed,
    (select min(s.noted_at) from uxpipeline.stale_sessions s) as owed_since
from uxpipeline.mart_state state;
