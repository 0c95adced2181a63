-- Between loads the stage is empty, and the planner remembers that: it would compare every line with every other.
-- Only what rows are joined and chosen by: the texts of events would take most of the time.
analyze uxpipeline.stage_lines (load_id, line_no, source_id, session_id, outcome),
uxpipeline.stage_events (load_id, line_no, id, session_id, earliest_only, deepest_only),
uxpipeline.stage_sessions (load_id, line_no, session_id, at),
uxpipeline.stage_funnel_steps (load_id, line_no, id, session_id),
uxpipeline.stage_assignments (load_id, line_no, id, session_id),
uxpipeline.stage_conversions (load_id, line_no, session_id),
uxpipeline.stage_moments (load_id, line_no, session_id, at),
uxpipeline.stage_remarks (load_id, line_no, session_id, kind);
