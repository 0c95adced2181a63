-- Who stores a load's events apart, on a connection of its own, and who publishes them both need to know which ids come
-- more than once.
create unlogged table uxpipeline.stage_repeated_ids (
    load_id bigint not null,
    id uuid not null
);
comment on table uxpipeline.stage_repeated_ids is 'Ids that a file being loaded has more than once.';
