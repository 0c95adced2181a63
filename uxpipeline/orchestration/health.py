"""Freshness and plausibility of the marts as Dagster asset checks: they warn, with the numbers in the message."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from uxpipeline.db.catalog import drift
from uxpipeline.db.connect import Connection
from uxpipeline.experiments import health as tests
from uxpipeline.marts import health
from uxpipeline.marts.health import Health
from uxpipeline.marts.refresh import MATERIALIZED_VIEWS
from uxpipeline.marts.waiting import parked_waiting
from uxpipeline.orchestration.resources import PipelineResource

RUNNING = "experiment_decisions"
Look = Callable[[Connection, datetime], Health]
SAMPLE = "Double entry: the totals of 50 {}, others every day, equal the sum of their sessions."
SHOWS = "It shows the facts as they are, or was refreshed in the last 36 hours."


def _check(
    relation: str, name: str, description: str, look: Look, *, blocking: bool = False
) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=relation, name=name, description=description, blocking=blocking)
    def evaluate(pipeline: PipelineResource) -> dg.AssetCheckResult:
        with pipeline.connection() as connection:
            found = look(connection, datetime.now(UTC))
        return dg.AssetCheckResult(
            passed=found.passed,
            severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
            description=found.message,
            metadata={name: _shown(value) for name, value in found.numbers.items()},
        )

    return evaluate


def _shown(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, datetime):
        return dg.MetadataValue.timestamp(value)
    if isinstance(value, list):
        return dg.MetadataValue.md("\n".join(f"- {line}" for line in value))
    return value


def schema_drift(connection: Connection, _now: datetime) -> Health:
    """Whether nobody changed the schema by hand."""
    differences = drift(connection)
    if not differences:
        return Health(passed=True, message="The schema is as freshly built.")
    return Health(
        passed=False,
        message=f"{len(differences)} differences from a fresh schema, the first: {differences[0]}.",
        numbers={"differences": differences},
    )


def _of_view(relation: str) -> Look:
    return lambda connection, now: health.materialized_view(connection, relation, now)


def _of_totals(kind: str) -> Look:
    return lambda connection, now: health.totals_agree(connection, kind, now)


HEALTH_CHECKS = [
    _check(
        "schema_migrations",
        "as_freshly_built",
        "Tables, constraints, policies, grants, functions, triggers and views are those of a fresh database.",
        schema_drift,
    ),
    _check("ingest_files", "parked_taken_up", "No line has been parked for longer than a week.", parked_waiting),
    _check("session_facts", "newest_event_recent", "The newest event is at most 36 hours old.", health.newest_event),
    _check("session_facts", "facts_complete", "Everything received is in the facts.", health.facts_complete),
    _check(
        "day_elements",
        "daily_volume_usual",
        "The last complete UTC day had about as many events as the 28 days before it.",
        health.daily_volume,
    ),
    _check(
        "day_elements",
        "closed_days_unchanged",
        "No figure of a complete day changed in the last 24 hours; late data do that, and are listed.",
        health.closed_days,
    ),
    _check("session_components", "totals_agree", SAMPLE.format("components"), _of_totals("component"), blocking=True),
    _check("session_friction", "totals_agree", SAMPLE.format("elements"), _of_totals("friction"), blocking=True),
    _check("session_funnels", "totals_agree", SAMPLE.format("components' paths"), _of_totals("path"), blocking=True),
    _check(
        "experiment_days",
        "counts_possible",
        "No guardrail counts more units than saw the variant.",
        tests.counts_possible,
        blocking=True,
    ),
    _check(
        "experiment_days",
        "one_variant_each",
        "At most 1 % of a running test's units saw both variants.",
        tests.one_variant_each,
    ),
    _check(RUNNING, "split_as_planned", "Units of running tests arrive in the planned split.", tests.split_as_planned),
    _check(RUNNING, "tests_evaluated", "Every running test was evaluated in the last two days.", tests.tests_evaluated),
    _check(
        RUNNING,
        "designs_followed",
        "Running tests were not edited; decisions follow the frozen design.",
        tests.designs_followed,
    ),
    _check(
        "actual_impact",
        "proposals_concluded",
        "No proposal waits for the outcome of a test that is over.",
        tests.proposals_concluded,
    ),
    *(_check(relation, "shows_the_facts", SHOWS, _of_view(relation)) for relation in MATERIALIZED_VIEWS),
]
