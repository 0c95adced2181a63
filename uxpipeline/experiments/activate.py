"""Starting and stopping tests: what people decide, in one transaction with the proposal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import DecisionRefusedError, InputError
from uxpipeline.experiments.design import FORM_SUBMIT, RAMP, WINDOW_HOURS, Design, Traffic, plan
from uxpipeline.proposals.decide import approve, stated_name

DEFAULT_CONFIDENCE = 0.95
_LONGEST_ID = 200


@dataclass(frozen=True)
class Options:
    """How a person wants a test to be.

    Attributes:
        confidence: 1 − α.
        conversion: what to compare instead of the proposal's own metric; empty: that one.
        ramp: start with few visitors on B, for its first four days.
        most: tests that may run at once, hold-backs not counted.
    """

    confidence: float = DEFAULT_CONFIDENCE
    conversion: str = ""
    ramp: bool = False
    most: int = 3


@dataclass(frozen=True)
class Started:
    """A test that was started, as commands report it."""

    test_id: str
    proposal_id: str
    by: str
    design: Design


@dataclass(frozen=True)
class Stopped:
    """A test that a person ended."""

    test_id: str
    proposal_id: str | None
    by: str


def start_test(
    connection: Connection,
    proposal_id: str,
    by: str,
    target: str,
    now: datetime,
    options: Options = Options(),
) -> Started:
    """Freeze a design from the traffic of the last 28 days and start the test of an approved proposal.

    Args:
        connection: open connection.
        proposal_id: an approved proposal.
        by: name of the person who starts it.
        target: the site's conversion, which is compared unless the proposal is about a form: a funnel, its last step
            meant, or the name of a step or conversion.
        now: the caller's clock.
        options: what the person chose.

    Raises:
        InputError: no such proposal, or the name cannot be one.
        DecisionRefusedError: its state, its traffic or another test stands against it; the message says which.
    """
    by = stated_name(by)
    with _refusals(proposal_id), transaction(connection):
        connection.execute(statement("proposals/state_decision"), {"actor": by, "reason": ""})
        proposal = _proposal(connection, proposal_id)
        if proposal["status"] != "approved":
            raise DecisionRefusedError(f"{proposal_id} is {proposal['status']}, not approved", "Approve it first")
        _require_room(connection, options.most)
        form = proposal["surface_hash"] if proposal["signal"] == "form_leak" and not options.conversion else None
        compared = FORM_SUBMIT if form else options.conversion or target
        design = plan(
            compared,
            _traffic(connection, proposal, compared, form, now),
            _expected(proposal["expected_impact"]),
            options.confidence,
            form=form,
            ramp=RAMP if options.ramp else (),
        )
        test_id = f"{proposal_id}-test"[-_LONGEST_ID:]
        connection.execute(statement("experiments/insert_test"), _row(test_id, proposal_id, proposal, design, now))
        connection.execute(statement("experiments/begin_testing"), {"proposal_id": proposal_id})
    return Started(test_id, proposal_id, by, design)


def _require_room(connection: Connection, most: int) -> None:
    """Refuse one test too many; two starts at once wait for each other."""
    connection.execute(statement("experiments/lock_tests"))
    row = connection.execute(statement("experiments/running_tests")).fetchone()
    if row is None or row[0] >= most:
        raise DecisionRefusedError(
            f"{row[0] if row else 'Unknown how many'} tests run already, {most} at once are the most",
            "Wait for one to end, stop one, or set UXPIPELINE_CONCURRENT_TESTS",
        )


def approve_and_start(
    connection: Connection,
    proposal_id: str,
    by: str,
    target: str,
    now: datetime,
    options: Options = Options(),
) -> Started:
    """Approve a proposal and start its test; where the test is refused, nothing is approved.

    Raises:
        InputError: no such proposal, or the name cannot be one.
        DecisionRefusedError: as `approve` and `start_test`.
    """
    with transaction(connection):
        approve(connection, proposal_id, by)
        return start_test(connection, proposal_id, by, target, now, options)


def stop_test(connection: Connection, test_id: str, by: str, now: datetime) -> Stopped:
    """End a running test without a result; its proposal is archived, A stays.

    Raises:
        InputError: no such running test, or the name cannot be one.
    """
    by = stated_name(by)
    with transaction(connection):
        row = connection.execute(statement("experiments/locked_test"), {"test_id": test_id}).fetchone()
        if row is None:
            raise InputError("There is no such running test", "See `uxpipeline experiments list`")
        proposal_id = row[4]
        connection.execute(statement("proposals/state_decision"), {"actor": by, "reason": "stopped"})
        finish = {"test_id": test_id, "winner": "none", "now": now, "decision": "stopped", "reason": "stopped"}
        connection.execute(statement("experiments/finish_test"), {**finish, "outcome": Jsonb({})})
        connection.execute(
            statement("experiments/conclude_proposal"),
            {
                "proposal_id": proposal_id,
                "status": "archived",
                "impact": None,
                "rollback_reason": None,
                "outcome": Jsonb({"stopped_by": by}),
                "from": ["testing"],
            },
        )
    return Stopped(test_id, proposal_id, by)


def _proposal(connection: Connection, proposal_id: str) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(statement("experiments/proposal"), {"proposal_id": proposal_id}).fetchone()
    if row is None:
        raise InputError("There is no such proposal", "See `uxpipeline proposals list`")
    return row


def _traffic(connection: Connection, proposal: dict[str, Any], target: str, form: str | None, now: datetime) -> Traffic:
    values = {
        "component_id": proposal["component_id"],
        "page": proposal["page_url"],
        "target": target,
        "form": form,
        "today": now.astimezone(UTC).date(),
        "window_hours": WINDOW_HOURS,
    }
    row = connection.execute(statement("experiments/traffic"), values).fetchone()
    if row is None:
        raise RuntimeError("the traffic cannot be read")
    return Traffic(*row)


def _row(test_id: str, proposal_id: str, proposal: dict[str, Any], design: Design, now: datetime) -> dict[str, Any]:
    surface = proposal["component_id"] or proposal["page_url"] or "site"
    return {
        "test_id": test_id,
        "test_name": proposal["friction_point"],
        "component_id": surface,
        "variant_a": Jsonb({"change": "none"}),
        "variant_b": Jsonb(proposal["proposed_changes"]),
        "start_date": now,
        "target": design.target,
        "sample_size": design.per_arm,
        "confidence": round(1 - design.alpha, 2),
        "metadata": Jsonb(
            {"design": design.stored(), "proposal_id": proposal_id, "page": proposal["page_url"] or surface}
        ),
    }


def _expected(impact: Any) -> float | None:  # noqa: ANN401 - a Decimal of the database, or nothing
    return None if impact is None else float(impact)


@contextmanager
def _refusals(proposal_id: str) -> Iterator[None]:
    """What the database refuses, in words."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        where = "page" if error.diag.constraint_name == "idx_a_b_tests_live_page" else "component"
        if error.diag.constraint_name == "a_b_tests_test_id_key":
            raise DecisionRefusedError(f"{proposal_id} was tested before", "A retry is another proposal") from None
        raise DecisionRefusedError(
            f"Another test is live on the {where} of {proposal_id}", "Wait for it to end, or stop it"
        ) from None
