select uxpipeline.ensure_event_partitions(%(first_day)s, %(last_day)s);
