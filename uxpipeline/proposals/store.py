"""Reading proposals back."""

from dataclasses import dataclass
from datetime import datetime
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
    created_at: datetime
    evidence: dict[str, Any]
    test: dict[str, Any]


@dataclass(frozen=True)
class ProposalEvent:
    """One change of a proposal's status."""

    at: datetime
    actor: str
    from_status: str | None
    to_status: str
    reason: str | None


@dataclass(frozen=True)
class ProposalRecord:
    """A proposal with everything that happened to it."""

    proposal: StoredProposal
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
        raise InputError(f"There is no proposal `{proposal_id}`", "See `uxpipeline proposals list`")
    with connection.cursor(row_factory=class_row(ProposalEvent)) as cursor:
        history = cursor.execute(statement("proposals/history"), {"proposal_id": proposal_id}).fetchall()
    return ProposalRecord(found[0], history)


def _select(connection: Connection, *, status: str | None, proposal_id: str | None) -> list[StoredProposal]:
    with connection.cursor(row_factory=class_row(StoredProposal)) as cursor:
        return cursor.execute(statement("proposals/list"), {"status": status, "proposal_id": proposal_id}).fetchall()
