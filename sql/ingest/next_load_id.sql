select nextval('uxpipeline.load_id');
