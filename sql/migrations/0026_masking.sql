-- How much of what visitors wrote a load stored; rows from before this was asked had the strict way.
alter table uxpipeline.ingest_files
add column masking text not null default 'strict' check (masking in ('strict', 'balanced', 'off'));
comment on column uxpipeline.ingest_files.masking is 'UXPIPELINE_MASKING of the load.';
