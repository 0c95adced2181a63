-- Files loaded and what became of their lines.
select
    count(*) as files,
    coalesce(sum(f.lines), 0)::bigint as lines,
    coalesce(sum(f.inserted), 0)::bigint as inserted,
    coalesce(sum(f.duplicates), 0)::bigint as duplicates,
    coalesce(sum(f.quarantined), 0)::bigint as quarantined,
    coalesce(sum(f.parked), 0)::bigint as parked,
    coalesce(sum((select sum(kind.value::bigint) from jsonb_each_text(f.ignored) kind)), 0)::bigint as ignored
from uxpipeline.ingest_files f
where f.status = 'loaded';
