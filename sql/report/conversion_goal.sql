-- The funnel whose last step counts as the conversion.
select funnel_name from uxpipeline.conversion_goal;
