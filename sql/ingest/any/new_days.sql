-- Whether this load stores events of new days apart.
select to_regclass('uxpipeline.new_events') is not null;
