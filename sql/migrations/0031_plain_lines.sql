-- Nearly every line is one event: a row that only says so costs as much again to copy, to index and to read.
alter table uxpipeline.stage_events add column plain boolean not null default false;
comment on column uxpipeline.stage_events.plain is
'The line is this event and nothing else, and has no row in stage_lines unless something keeps it from being inserted.';
