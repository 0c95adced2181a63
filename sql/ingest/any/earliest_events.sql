select exists (select from uxpipeline.stage_events where load_id = %(load_id)s and earliest_only);
