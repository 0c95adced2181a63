-- One runner at a time outside transactions. Nobody waits for this lock: whoever did would hold a snapshot, which CREATE
-- INDEX CONCURRENTLY waits for.
select pg_try_advisory_xact_lock(hashtextextended('uxpipeline.migrate.concurrently', 0));
