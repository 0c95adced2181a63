"""What all assets share: groups, owner, partitions, and the metadata every materialization carries."""

import hashlib
from datetime import timedelta
from typing import Any

import dagster as dg
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import files_below, read, statement
from uxpipeline.settings import Settings

SCHEMA, RAW, MART, FRICTION, PROPOSAL, EXPERIMENT = "schema", "raw", "mart", "friction", "proposal", "experiment"
OWNERS = ["team:ux-data"]
SQL_KINDS = {"postgres", "sql"}
PYTHON_KINDS = {"postgres", "python"}

# A daily schedule leaves at most a day between refreshes; the rest is patience.
FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))

# Partitions are part of the graph, so their start has to be known when it is defined.
AS_OF_DAYS = dg.DailyPartitionsDefinition(start_date=Settings.from_env().start_date.isoformat(), timezone="UTC")


def code_version(*names: str) -> str:
    """Hash of the SQL files behind an asset: the UI marks it unsynced when they change."""
    return hashlib.sha256("".join(read(name).sha256 for name in names).encode()).hexdigest()[:12]


def statements_below(folder: str) -> list[str]:
    """Names of all SQL files of a folder, for assets that run them all."""
    return [file.name for file in files_below(folder)]


def table_name(relation: str, schema: str = "public") -> dict[str, str]:
    """Definition metadata that says which relation an asset is."""
    return {"dagster/table_name": f"{schema}.{relation}", "dagster/storage_kind": "postgres"}


def relation_metadata(connection: Connection, relation: str, schema: str = "public") -> dict[str, Any]:
    """Row count and column schema of a relation as it stands in the database."""
    name = sql.Identifier(schema, relation)
    counted = connection.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
    columns = connection.execute(statement("automation/columns"), {"relation": f"{schema}.{relation}"}).fetchall()
    return {
        "dagster/row_count": counted[0] if counted else 0,
        "dagster/column_schema": dg.TableSchema(
            columns=[
                dg.TableColumn(
                    column, kind, description=comment, constraints=dg.TableColumnConstraints(nullable=nullable)
                )
                for column, kind, nullable, comment in columns
            ]
        ),
    }
