-- What is left of a CREATE INDEX CONCURRENTLY that failed or was killed: nobody reads it, every writer pays for it.
select n.nspname, c.relname
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid and c.relkind = 'i' and n.nspname in ('public', 'uxpipeline')
order by 1, 2;
