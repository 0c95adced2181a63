-- The days before the first one kept that have a partition, oldest first.
select to_date(right(c.relname, 8), 'YYYYMMDD') as day
from pg_catalog.pg_inherits i
join pg_catalog.pg_class c on c.oid = i.inhrelid
where i.inhparent = 'public.behavior_events'::regclass
    and c.relname ~ '^behavior_events_[0-9]{8}$'
    and to_date(right(c.relname, 8), 'YYYYMMDD') < %(first_kept)s
order by day
limit %(most)s;
