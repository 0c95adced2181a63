-- Columns of a relation as the Dagster UI shows them.
select a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull, col_description(a.attrelid, a.attnum)
from pg_attribute a
where a.attrelid = %(relation)s::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum;
