-- Statement time comes before the snapshot, so whatever gets a later transaction id was written after it.
insert into uxpipeline.refresh_marks (taken_at, next_xid)
values (statement_timestamp(), pg_snapshot_xmax(pg_current_snapshot()))
on conflict do nothing;
