select uxpipeline.clear_stage(%(load_id)s);
