select count(distinct element_path) from uxpipeline.friction_totals;
