update uxpipeline.conversion_goal set funnel_name = %(funnel_name)s where funnel_name <> %(funnel_name)s;
