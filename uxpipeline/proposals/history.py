"""What was proposed before: what is live, what ended how, and when it may be proposed again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.friction.parameters import EvidenceGate
from uxpipeline.proposals.guards import Block, Judged
from uxpipeline.proposals.parameters import (
    COOL_DOWN_DAYS,
    LOSS_GROWTH,
    RECURRENCE,
    REJECTED_DAYS,
    ROLLED_BACK_DAYS,
)

LIVE = frozenset({"proposed", "approved", "testing"})
PREFERENCES = frozenset({"wontfix_intentional", "wontfix_irrelevant"})
FACTS = frozenset({"already_fixed"})


@dataclass(frozen=True)
class Attempt:
    """A proposal as far as the next one has to know; `since` is when it came into its status."""

    proposal_id: str
    dedupe_key: str | None
    attempt: int
    status: str
    reason: str | None
    since: datetime
    surface_level: str | None
    surface_hash: str | None
    signal: str | None
    page: str | None
    rate: float | None
    loss_bound: float | None
    rollback_reason: str | None

    @property
    def live(self) -> bool:
        """Whether it waits for a decision, for its implementation or for its test."""
        return self.status in LIVE


def attempts(connection: Connection) -> list[Attempt]:
    """The last attempt at everything the generator proposed, and every live proposal of anybody."""
    with connection.cursor(row_factory=class_row(Attempt)) as cursor:
        return cursor.execute(statement("proposals/attempts")).fetchall()


def cool_down(judged: Judged, before: Attempt, now: datetime, gate: EvidenceGate) -> Block | None:
    """Why a change that was proposed before is not proposed again yet."""
    days = (now - before.since).days
    if before.status == "rejected":
        return _after_rejection(judged, before, days, gate)
    wanted = ROLLED_BACK_DAYS if before.status == "rolled_back" else COOL_DOWN_DAYS
    if days < wanted:
        return Block("cool_down", f"{before.proposal_id} {before.status} {days} days ago, {wanted} to wait")
    if before.status == "implemented" and not _recurs(judged, before, gate):
        return Block("not_recurring", f"{before.proposal_id} is implemented")
    return None


def _after_rejection(judged: Judged, before: Attempt, days: int, gate: EvidenceGate) -> Block | None:
    told = f"{before.proposal_id} rejected {days} days ago as {before.reason or 'other'}"
    if before.reason in FACTS:
        if days < COOL_DOWN_DAYS:
            return Block("cool_down", f"{told}, {COOL_DOWN_DAYS} to wait")
        return None if _recurs(judged, before, gate) else Block("not_recurring", told)
    if _doubled(judged, before):
        return None
    if before.reason in PREFERENCES:
        return Block("not_wanted", told)
    return Block("cool_down", f"{told}, {REJECTED_DAYS} to wait") if days < REJECTED_DAYS else None


def _doubled(judged: Judged, before: Attempt) -> bool:
    now = judged.impact.loss_bound if judged.impact else None
    return now is not None and (before.loss_bound or 0.0) > 0 and now >= LOSS_GROWTH * (before.loss_bound or 0.0)


def _recurs(judged: Judged, before: Attempt, gate: EvidenceGate) -> bool:
    """Whether visitors still meet it in the recent days, all of which lie after the end of the attempt."""
    exposed, affected = judged.candidate.recent_exposed or 0, judged.candidate.recent_affected or 0
    if judged.candidate.as_of - timedelta(days=7) < before.since.date():
        return False
    return affected >= gate.affected_visitors and affected >= RECURRENCE * (before.rate or 0.0) * exposed
