delete from uxpipeline.friction_totals where sessions = 0;
