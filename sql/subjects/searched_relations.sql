-- Tables and materialized views where something of a session may be, Dagster's too where they are in this database.
-- Partitions are searched with the table they belong to.
select n.nspname, c.relname
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'uxpipeline', 'dagster')
    and c.relkind in ('r', 'p', 'm')
    and not c.relispartition
    and (c.relkind <> 'm' or c.relispopulated)
    and pg_catalog.has_table_privilege(c.oid, 'select')
order by n.nspname, c.relname;
