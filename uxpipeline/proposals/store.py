"""Reading proposals back."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg.rows import class_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import InputError


@dataclass(frozen=True)
class StoredProposal:
    """A proposal as people see it."""

    proposal_id: str
    status: str
    friction_point: str
    component_id: str | None
    page_url: str | None
    change_description: str
    proposed_changes: dict[str, Any]
    ai_confidence: Decimal | None
    expected_impact: Decimal | None
    actual_impact: Decimal | None
    pr_url: str | None
    created_at: datetime
    implemented_at: datetime | None
    rollback_reason: str | None
    evidence: dict[str, Any]
    prediction: dict[str, Any]
    test: dict[str, Any]


@dataclass(frozen=True)
class ProposalEvent:
    """One change of a proposal's status."""

    at: datetime
    actor: str
    from_status: str | None
    to_status: str
    reason: str | None
    evidence_hash: str | None


@dataclass(frozen=True)
class StoredEvidence:
    """A question put to the data, and its answer."""

    query_id: str
    params: dict[str, Any]
    result: dict[str, Any]
    result_hash: str
    as_of: date
    known_at: datetime
    score_version: str


@dataclass(frozen=True)
class ProposalRecord:
    """A proposal with everything that happened to it."""

    proposal: StoredProposal
    evidence: list[StoredEvidence]
    history: list[ProposalEvent]


def list_proposals(connection: Connection, status: str | None = None) -> list[StoredProposal]:
    """All proposals, newest first, or only those of one status."""
    return _select(connection, status=status, proposal_id=None)


def show_proposal(connection: Connection, proposal_id: str) -> ProposalRecord:
    """One proposal and its history.

    Raises:
        InputError: there is no such proposal.
    """
    found = _select(connection, status=None, proposal_id=proposal_id)
    if not found:
        raise InputError("There is no such proposal", "See `uxpipeline proposals list`")
    with connection.cursor(row_factory=class_row(ProposalEvent)) as cursor:
        history = cursor.execute(statement("proposals/history"), {"proposal_id": proposal_id}).fetchall()
    return ProposalRecord(found[0], evidence_of(connection, proposal_id), history)


def evidence_of(connection: Connection, proposal_id: str) -> list[StoredEvidence]:
    """All evidence of a proposal, newest first."""
    with connection.cursor(row_factory=class_row(StoredEvidence)) as cursor:
        return cursor.execute(statement("proposals/evidence"), {"proposal_id": proposal_id}).fetchall()


def _select(connection: Connection, *, status: str | None, proposal_id: str | None) -> list[StoredProposal]:
    with connection.cursor(row_factory=class_row(StoredProposal)) as cursor:
        return cursor.execute(statement("proposals/list"), {"status": status, "proposal_id": proposal_id}).fetchall()
