select to_regclass('uxpipeline.stale_sessions') is not null;
