-- The ledger row of a file with this content, if it was loaded before.
select source, lines from uxpipeline.ingest_files where sha256 = %(sha256)s and status = 'loaded';
