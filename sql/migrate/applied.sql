select version, sha256 from uxpipeline.schema_migrations;
