-- The ledger of files, newest load first, without the folders they came from.
select
    f.name, f.source, f.status, f.lines, f.inserted, f.duplicates, f.quarantined, f.parked,
    coalesce((select sum(kind.value::bigint) from jsonb_each_text(f.ignored) kind), 0)::bigint as ignored,
    replace(f.problem, f.path, f.name) as problem,
    count(*) over () as total
from (select *, regexp_replace(path, '^.*/', '') as name from uxpipeline.ingest_files) f
order by f.id desc
limit %(most)s;
