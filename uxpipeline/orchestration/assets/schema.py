"""The database objects, applied from `sql/`."""

import dagster as dg

from uxpipeline.db.migrate import migrate, shipped
from uxpipeline.orchestration import specs
from uxpipeline.orchestration.resources import PipelineResource


@dg.asset(
    group_name=specs.SCHEMA,
    owners=specs.OWNERS,
    kinds=specs.SQL_KINDS,
    metadata=specs.table_name("schema_migrations", "uxpipeline"),
    code_version=specs.code_version(*(migration.file.name for migration in shipped())),
)
def schema_migrations(pipeline: PipelineResource) -> dg.MaterializeResult[None]:
    """Roles, tables, functions, views, materialized views and policies, as the migration ledger lists them."""
    with pipeline.connection() as connection:
        news = [migration.version for migration in migrate(connection)]
        metadata = specs.relation_metadata(connection, "schema_migrations", "uxpipeline")
    return dg.MaterializeResult(
        metadata={**metadata, "applied_now": len(news), "files": ", ".join(news) or "none pending"}
    )
