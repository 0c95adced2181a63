select count(distinct component_id) from uxpipeline.component_totals;
