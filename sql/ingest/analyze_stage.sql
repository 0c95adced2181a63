-- Between loads the stage is empty, and the planner remembers that: it would compare every line with every other.
analyze uxpipeline.stage_lines, uxpipeline.stage_events, uxpipeline.stage_sessions, uxpipeline.stage_funnel_steps,
uxpipeline.stage_assignments, uxpipeline.stage_conversions, uxpipeline.stage_moments, uxpipeline.stage_remarks;
