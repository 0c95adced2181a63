select uxpipeline.begin_event_days(%(new_days)s::date[]);
