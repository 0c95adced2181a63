select count(distinct component_id) from uxpipeline.path_totals;
