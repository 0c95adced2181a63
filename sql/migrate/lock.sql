-- One runner at a time and database; freed with the transaction.
select pg_advisory_xact_lock(hashtextextended('uxpipeline.migrate', 0));
