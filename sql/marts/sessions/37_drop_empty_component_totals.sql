delete from uxpipeline.component_totals where sessions = 0;
