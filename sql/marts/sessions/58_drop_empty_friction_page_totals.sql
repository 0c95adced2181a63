delete from uxpipeline.friction_page_totals where sessions = 0;
