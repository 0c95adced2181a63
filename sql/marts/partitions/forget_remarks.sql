-- Remarks about rows of days that are not kept go with them.
delete from uxpipeline.remarks
where at < cast(%(first_kept)s as date)::timestamp at time zone 'UTC';
