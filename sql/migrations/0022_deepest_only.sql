-- Several lines may tell how far one view of a page was scrolled: they are one row, with the largest percentage.
alter table uxpipeline.stage_events add column deepest_only boolean not null default false;
