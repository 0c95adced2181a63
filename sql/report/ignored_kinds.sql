-- Lines of loaded files that the schema has no place for, by the source's name for them.
select kind.key as name, sum(kind.value::bigint)::bigint as count, count(*) over () as total
from uxpipeline.ingest_files f
cross join jsonb_each_text(f.ignored) kind
where f.status = 'loaded'
group by kind.key
order by count desc, name
limit %(most)s;
