-- The planner would take it for small.
analyze session_spans;
