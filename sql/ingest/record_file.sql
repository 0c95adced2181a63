insert into uxpipeline.ingest_files (
    id, path, source, sha256, status, lines, inserted, duplicates, quarantined, parked, ignored, rows_written, problem,
    started_at, replay_of, masking
)
values (
    %(load_id)s, %(path)s, %(source)s, %(sha256)s, %(status)s, %(lines)s, %(inserted)s, %(duplicates)s, %(quarantined)s,
    %(parked)s, %(ignored)s, %(rows_written)s, %(problem)s, %(started_at)s,
    %(replay_of)s, %(masking)s
);
