select uxpipeline.index_event_days(%(new_days)s::date[]);
