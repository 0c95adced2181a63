delete from uxpipeline.refresh_marks m
where m.taken_at < (
    select max(usable.taken_at) from uxpipeline.refresh_marks usable
    where usable.next_xid <= pg_snapshot_xmin(pg_current_snapshot())
);
