select count(distinct day) from uxpipeline.stale_sessions where cause = 'reconciliation';
