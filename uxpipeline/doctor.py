"""What is wrong with an installation, and how to put it right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from uxpipeline.db.catalog import drift
from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import pending
from uxpipeline.db.sqlfiles import statement
from uxpipeline.db.target import target_url
from uxpipeline.errors import UxPipelineError
from uxpipeline.marts.waiting import parked_waiting
from uxpipeline.settings import Settings

STALE_AFTER = timedelta(hours=36)
SHOWN = 10
"""Differences that are named one by one."""
TRANSACTION_POOLER_PORT = 6543
"""Where Supabase's transaction pooler listens."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        level: `error` stops the pipeline or opens a door, `warning` will hurt later.
        topic: what was looked at.
        message: what was found.
        remedy: what to do, empty when all is well.
    """

    level: Literal["ok", "warning", "error"]
    topic: str
    message: str
    remedy: str = ""


def diagnose(settings: Settings) -> list[Finding]:
    """Look at everything that can be looked at; never raises for what it finds."""
    try:
        with target_url(settings) as url, connect(url) as connection:
            return list(_look(connection, settings))
    except UxPipelineError as error:
        return [Finding("error", "connection", error.problem, error.remedy)]


def _look(connection: Connection, settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", "connection", f"connected as {connection.info.user} to database {connection.info.dbname}")
    yield Finding("ok", "server", f"PostgreSQL {connection.info.parameter_status('server_version')}")
    yield _pooler(connection, settings)
    yield _privacy(settings)
    migrations = _migrations(connection)
    yield migrations
    if migrations.level == "ok":
        for check in _CHECKS:
            yield check(connection)


def _pooler(connection: Connection, settings: Settings) -> Finding:
    if connection.info.port == TRANSACTION_POOLER_PORT and settings.dagster_database_url is None:
        return Finding(
            "error",
            "pooler",
            "the URL goes through a transaction pooler, which cannot carry Dagster's storage",
            "Set UXPIPELINE_DAGSTER_DATABASE_URL to a direct or session URL",
        )
    return Finding("ok", "pooler", "direct or session connection")


def _privacy(settings: Settings) -> Finding:
    if settings.privacy_key is None:
        return Finding(
            "warning",
            "privacy key",
            "visitor hashes use a key kept only in the home folder",
            "Set UXPIPELINE_PRIVACY_KEY, the same on every machine",
        )
    return Finding("ok", "privacy key", "configured")


def _migrations(connection: Connection) -> Finding:
    try:
        waiting = pending(connection)
    except UxPipelineError as error:
        return Finding("error", "migrations", error.problem, error.remedy)
    if waiting:
        return Finding("error", "migrations", f"{len(waiting)} files are not applied", "Run `uxpipeline migrate`")
    return Finding("ok", "migrations", "all applied")


def _roles(connection: Connection) -> Finding:
    missing = [name for (name,) in connection.execute(statement("doctor/missing_roles")).fetchall()]
    if missing:
        return Finding("error", "roles", f"missing: {', '.join(missing)}", "Create them, see docs/schema.md")
    return Finding("ok", "roles", "beacon_ingest, ai_analysis and admin exist")


def _drift(connection: Connection) -> Finding:
    differences = drift(connection)
    if differences:
        more = f"; and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
        return Finding(
            "error",
            "schema",
            f"{len(differences)} differences from a fresh one: {'; '.join(differences[:SHOWN])}{more}",
            "Undo what was changed by hand, see docs/operations.md#drift",
        )
    return Finding("ok", "schema", "as a fresh one")


def _partitions(connection: Connection) -> Finding:
    row = connection.execute(statement("doctor/partitions")).fetchone()
    ahead, in_default = row or (0, 0)
    if in_default:
        return Finding(
            "warning", "partitions", f"{in_default} events lie in the default partition", "See docs/operations.md"
        )
    if ahead < 1:
        return Finding("warning", "partitions", "none for tomorrow", "Run `uxpipeline run`, which makes a week of them")
    return Finding("ok", "partitions", f"made {ahead} days ahead, default partition empty")


def _freshness(connection: Connection) -> Finding:
    row = connection.execute(statement("doctor/newest_event")).fetchone()
    newest = row[0] if row else None
    if newest is None:
        return Finding("warning", "freshness", "there are no events yet", "Load some: `uxpipeline load PATH`")
    if datetime.now(UTC) - newest > STALE_AFTER:
        return Finding(
            "warning", "freshness", f"the newest event is of {newest:%Y-%m-%d %H:%M} UTC", "Check the tracker"
        )
    return Finding("ok", "freshness", f"the newest event is of {newest:%Y-%m-%d %H:%M} UTC")


def _parked(connection: Connection) -> Finding:
    waiting = parked_waiting(connection, datetime.now(UTC))
    if waiting.passed:
        return Finding("ok", "parked", waiting.message.rstrip("."))
    remedy = "Add the tests, or correct their names at the tracker, see docs/sources.md#parked-lines"
    return Finding("warning", "parked", waiting.message.rstrip("."), remedy)


def _time_zone(connection: Connection) -> Finding:
    zone = connection.info.parameter_status("TimeZone")
    if zone not in {"UTC", "Etc/UTC", "GMT"}:
        remedy = "Not needed by the pipeline; ALTER DATABASE … SET timezone = 'UTC' helps people who query by hand"
        return Finding("warning", "time zone", f"sessions start in {zone}, days of this pipeline are UTC", remedy)
    return Finding("ok", "time zone", "UTC")


_CHECKS: tuple[Callable[[Connection], Finding], ...] = (_roles, _drift, _partitions, _freshness, _parked, _time_zone)
