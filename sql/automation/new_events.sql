-- Events since the last refresh of the marts: from files by the ledger, direct inserts by a partial index and only up to
-- a limit, so the query stays cheap whatever piles up.
select
    seen.last_file_id,
    seen.received_before,
    coalesce((
        select sum((f.rows_written ->> 'behavior_events')::bigint)
        from uxpipeline.ingest_files f
        where f.status in ('loaded', 'replayed') and f.id > seen.last_file_id
    ), 0)::bigint as from_files,
    (
        select count(*)
        from (
            select from public.behavior_events be
            where be.load_id is null and be.received_at >= seen.received_before
            limit %(limit)s
        ) direct
    ) as direct
from uxpipeline.mart_state seen;
