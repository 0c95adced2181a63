select passed, rows_counted, digest from uxpipeline.stage_verdicts where load_id = %(load_id)s;
