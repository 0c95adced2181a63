-- Lines that were quarantined and are loaded later get a ledger row of their own, which names the row of their file.
alter table uxpipeline.ingest_files
add column replay_of bigint references uxpipeline.ingest_files (id) on delete cascade,
drop constraint ingest_files_status_check,
add constraint ingest_files_status_check check (status in ('loaded', 'replayed', 'aborted'));
create index idx_ingest_files_replay_of on uxpipeline.ingest_files (replay_of) where replay_of is not null;
comment on column uxpipeline.ingest_files.replay_of is 'The load that had quarantined these lines.';
