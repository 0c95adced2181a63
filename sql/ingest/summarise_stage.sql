-- Counts what the audit of a load asks for, once.
with outdated as (
    delete from uxpipeline.stage_summary
)
insert into uxpipeline.stage_summary
select * from uxpipeline.staged_batch;
