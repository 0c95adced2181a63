select uxpipeline.drain_event_day(%(day)s);
