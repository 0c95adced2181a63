select uxpipeline.attach_event_days(%(new_days)s::date[]);
