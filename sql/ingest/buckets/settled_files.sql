-- Which of these objects, in these versions, are in the ledger already.
select b.url, b.sha256, f.source, f.lines
from unnest(%(urls)s::text[], %(versions)s::text[]) as listed (url, version)
join uxpipeline.bucket_files b on b.url = listed.url and b.version = listed.version
join uxpipeline.ingest_files f on f.sha256 = b.sha256 and f.status = 'loaded';
