-- The moment before which no row can appear any more: the start of the oldest transaction still open. Where the server
-- hides others' transactions from us, the last refresh whose transactions have all ended since, less a margin for rows
-- stamped shortly before their transaction got its number.
with others as (
    select
        min(a.xact_start) as oldest_start,
        coalesce(bool_or(a.query = '<insufficient privilege>' or a.state = 'disabled'), false) as hidden
    from pg_catalog.pg_stat_activity a
    where a.datname = current_database() and a.usesysid is not null and a.pid <> pg_backend_pid()
)
select
    case
        when o.hidden or exists (select from pg_catalog.pg_prepared_xacts p where p.database = current_database())
            then coalesce((
                select max(m.taken_at) - interval '5 minutes'
                from uxpipeline.refresh_marks m
                where m.next_xid <= pg_snapshot_xmin(pg_current_snapshot())
            ), '2000-01-01 00:00:00+00')
        else least(o.oldest_start, statement_timestamp())
    end as watermark,
    o.hidden
from others o;
