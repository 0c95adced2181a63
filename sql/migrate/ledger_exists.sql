select to_regclass('uxpipeline.schema_migrations');
