"""The daily evaluation: every unfinished test is decided on, and a decision takes effect in the same transaction."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.experiments.conclude import Running, conclude, finished_prior
from uxpipeline.experiments.decision import Verdict, decide
from uxpipeline.experiments.design import Design
from uxpipeline.experiments.outcome import Prior
from uxpipeline.experiments.store import read_days


@dataclass(frozen=True)
class Evaluated:
    """A test and what was decided about it."""

    test_id: str
    proposal_id: str | None
    verdict: Verdict


def evaluate(connection: Connection, as_of: date, now: datetime) -> list[Evaluated]:
    """Decide on all unfinished tests that had started by the end of a day, from the days counted as of then.

    Each test has a transaction of its own: killed at any point and run again, the end state is the same. A test that is
    over is left alone.

    Args:
        connection: open connection.
        as_of: the day.
        now: the caller's clock; when decisions take effect.
    """
    unfinished = connection.execute(statement("experiments/unfinished"), {"as_of": as_of}).fetchall()
    prior = finished_prior(connection)
    found = [_evaluate(connection, test_id, as_of, now, prior) for (test_id,) in unfinished]
    return [one for one in found if one is not None]


def _evaluate(connection: Connection, test_id: str, as_of: date, now: datetime, prior: Prior) -> Evaluated | None:
    with transaction(connection):
        row = connection.execute(statement("experiments/locked_test"), {"test_id": test_id}).fetchone()
        if row is None:
            return None
        running = Running(test_id, Design.read(row[3]), row[4])
        days = read_days(connection, test_id, running.design, as_of)
        verdict = decide(running.design, days.counts, days.guardrails)
        figures = {name: value for name, value in asdict(verdict).items() if name != "days"}
        connection.execute(statement("experiments/record_decision"), {"test_id": test_id, "as_of": as_of, **figures})
        if verdict.decision == "pause":
            connection.execute(statement("experiments/pause_test"), {"test_id": test_id})
        elif verdict.final:
            conclude(connection, running, verdict, days.first(verdict.days), prior, now)
    return Evaluated(test_id, running.proposal_id, verdict)
