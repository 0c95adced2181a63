select exists (select from uxpipeline.stage_moments where load_id = %(load_id)s);
