"""What a decision changes: the test, its proposal, the outcome on record, the hold-back that follows a win."""

import math
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.experiments.counts import DayCounts
from uxpipeline.experiments.decision import Verdict
from uxpipeline.experiments.design import Design, holdback
from uxpipeline.experiments.outcome import Effect, Outcome, Prior, combined, effect, estimated_prior, outcome
from uxpipeline.proposals.draft import AUTHOR

_LARGEST_IMPACT = 9.99
_AFTER = {"B": "implemented", "A": "rolled_back", "rollback": "rolled_back", "none": "archived"}
_WINNER = {"B": "B", "A": "A", "rollback": "A", "none": "none"}


@dataclass(frozen=True)
class Running:
    """A test about to be decided on."""

    test_id: str
    design: Design
    proposal_id: str | None


def finished_prior(connection: Connection) -> Prior:
    """Prior of effects from the finished tests, or the default while they are few."""
    rows = connection.execute(statement("experiments/finished_effects")).fetchall()
    return estimated_prior([Effect(log_ratio, variance) for log_ratio, variance in rows])


def conclude(
    connection: Connection, running: Running, verdict: Verdict, counts: DayCounts, prior: Prior, now: datetime
) -> None:
    """Let a final verdict take effect, in the caller's transaction.

    Args:
        connection: in a transaction that holds the test's row.
        running: the test.
        verdict: a final one.
        counts: of the cohort days it rests on.
        prior: of effects in general.
        now: the caller's clock.
    """
    connection.execute(statement("proposals/state_decision"), {"actor": AUTHOR, "reason": verdict.reason})
    if running.design.kind == "holdback":
        _end_rollout(connection, running, verdict, counts, now)
        return
    found = outcome(counts, prior, verdict.boundary, running.design.alpha)
    _finish(connection, running.test_id, verdict, found.stored(), now)
    _conclude_proposal(
        connection,
        running,
        verdict,
        found.impact,
        {"test_id": running.test_id, "decision": verdict.decision, "reason": verdict.reason, **found.stored()},
        ["testing"],
    )
    if verdict.decision == "B":
        _start_holdback(connection, running, now)


def _finish(connection: Connection, test_id: str, verdict: Verdict, stored: dict[str, Any], now: datetime) -> None:
    connection.execute(
        statement("experiments/finish_test"),
        {
            "test_id": test_id,
            "winner": _WINNER[verdict.decision],
            "now": now,
            "decision": verdict.decision,
            "reason": verdict.reason,
            "outcome": Jsonb(stored),
        },
    )


def _conclude_proposal(
    connection: Connection,
    running: Running,
    verdict: Verdict,
    impact: float,
    stored: dict[str, Any],
    states: list[str],
) -> None:
    status = _AFTER[verdict.decision]
    connection.execute(
        statement("experiments/conclude_proposal"),
        {
            "proposal_id": running.proposal_id,
            "status": status,
            "impact": round(min(max(impact, -1.0), _LARGEST_IMPACT), 4),
            "rollback_reason": _why(running, verdict) if status == "rolled_back" else None,
            "outcome": Jsonb(stored),
            "from": states,
        },
    )


def _why(running: Running, verdict: Verdict) -> str:
    return f"Test {running.test_id}: {verdict.reason.replace('_', ' ')} after {verdict.days} days"


def _start_holdback(connection: Connection, running: Running, now: datetime) -> None:
    """A test of its own kind on the same component, whose assignments go on under the test's id."""
    connection.execute(
        statement("experiments/insert_holdback"),
        {
            "test_id": running.test_id,
            "start_date": now,
            "design": Jsonb(holdback(running.design, running.test_id).stored()),
        },
    )


def _end_rollout(connection: Connection, running: Running, verdict: Verdict, counts: DayCounts, now: datetime) -> None:
    """Weigh the test's shrunken effect with what the hold-back measured without selection."""
    measured = effect(counts)
    parent = connection.execute(statement("experiments/holdback_parent"), {"test_id": running.design.parent}).fetchone()
    told = Outcome(**parent[0]) if parent else None
    both = combined(Effect(math.log1p(told.impact), told.posterior_variance), measured) if told else measured
    _finish(connection, running.test_id, verdict, asdict(measured), now)
    stored = {"holdback": {"decision": verdict.decision, "reason": verdict.reason, **asdict(measured)}}
    _conclude_proposal(connection, running, verdict, math.expm1(both.log_ratio), stored, ["implemented"])
