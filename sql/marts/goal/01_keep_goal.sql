update uxpipeline.mart_state
set goal_funnel = target.funnel_name, goal_step = target.step_order
from uxpipeline.conversion_target target;
