select uxpipeline.drop_event_day(%(day)s);
