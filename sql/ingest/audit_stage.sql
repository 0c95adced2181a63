-- What the audit looks at: one row, unless something else is staged too.
select * from uxpipeline.stage_summary;
