delete from uxpipeline.path_totals where sessions = 0;
