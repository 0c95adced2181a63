insert into uxpipeline.erased_sessions as known (tombstone, rows_erased)
values (%(tombstone)s, %(rows_erased)s)
on conflict (tombstone) do update
set erased_at = clock_timestamp(), rows_erased = excluded.rows_erased
where excluded.rows_erased <> '{}';
