-- Whether the conversion goal, or its last step, is another than the one the facts were computed for.
select (target.funnel_name, target.step_order) is distinct from (state.goal_funnel, state.goal_step)
from uxpipeline.mart_state state
cross join uxpipeline.conversion_target target;
