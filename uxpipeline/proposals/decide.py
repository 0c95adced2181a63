"""What people decide: approve, reject, implement, roll back. The database has the last word."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, get_args

import psycopg

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import DecisionRefusedError, InputError
from uxpipeline.proposals.change import fault
from uxpipeline.proposals.codes import ReasonCode
from uxpipeline.proposals.evidence import contradiction
from uxpipeline.proposals.store import evidence_of

REASONS: tuple[str, ...] = get_args(ReasonCode)
_LONGEST_NAME = 100
_LONGEST_URL = 500
_LONGEST_REASON = 500
_URL = re.compile(r"https://[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?/[A-Za-z0-9._~/%+=&?#:@!-]*")
_NUMBER = re.compile(r"/(?:pull|pulls|pull-requests|pullrequest|merge_requests)/([0-9]{1,9})(?:[/?#]|$)")


@dataclass(frozen=True)
class Decision:
    """What was decided, as commands report it."""

    proposal_id: str
    status: str
    by: str
    pr_url: str | None = None
    pr_number: int | None = None


def approve(connection: Connection, proposal_id: str, by: str, *, implement: bool = False) -> Decision:
    """Approve a proposal after asking its evidence again; with `implement` also record that the change is live.

    Raises:
        InputError: no such proposal, or the name cannot be one.
        DecisionRefusedError: its state, its author or its evidence stand against it.
    """
    by = stated_name(by)
    with _deciding(connection, proposal_id, by, "") as found:
        if found["status"] == "proposed":
            _require_sound(connection, proposal_id, found["proposed_changes"])
        _decide(connection, proposal_id, "approved")
        if implement:
            _decide(connection, proposal_id, "implemented")
    return Decision(proposal_id, "implemented" if implement else "approved", by)


def reject(connection: Connection, proposal_id: str, by: str, reason: str) -> Decision:
    """Reject a proposal for one of `REASONS`, which decides whether it may come back.

    Raises:
        InputError: no such proposal, the name cannot be one, or the reason is none of the codes.
        DecisionRefusedError: its state stands against it.
    """
    by = stated_name(by)
    if reason not in REASONS:
        raise InputError("That is no reason code", f"Choose one of: {', '.join(REASONS)}")
    with _deciding(connection, proposal_id, by, reason):
        _decide(connection, proposal_id, "rejected")
    return Decision(proposal_id, "rejected", by)


def implement(connection: Connection, proposal_id: str, by: str, pr_url: str | None = None) -> Decision:
    """Record that an approved or tested change is live.

    Raises:
        InputError: no such proposal, or name or URL cannot be one.
        DecisionRefusedError: its state stands against it.
    """
    by, url = stated_name(by), _request_url(pr_url)
    with _deciding(connection, proposal_id, by, ""):
        _decide(connection, proposal_id, "implemented", pr_url=url, pr_number=request_number(url))
    return Decision(proposal_id, "implemented", by, url, request_number(url))


def roll_back(connection: Connection, proposal_id: str, by: str, reason: str, pr_url: str | None = None) -> Decision:
    """Record that a change was taken back, and why.

    Raises:
        InputError: no such proposal, or name, reason or URL cannot be one.
        DecisionRefusedError: its state stands against it.
    """
    by, url, why = stated_name(by), _request_url(pr_url), _plain(reason, _LONGEST_REASON)
    if not why:
        raise InputError("A rollback says why", "Say it in a sentence with --reason")
    with _deciding(connection, proposal_id, by, why):
        _decide(connection, proposal_id, "rolled_back", pr_url=url, pr_number=request_number(url), rollback_reason=why)
    return Decision(proposal_id, "rolled_back", by, url, request_number(url))


def request_number(url: str | None) -> int | None:
    """Number of a pull or merge request in its URL; None where there is none."""
    found = _NUMBER.search(url) if url else None
    return int(found[1]) if found and 0 < int(found[1]) < 2**31 else None


@contextmanager
def _deciding(connection: Connection, proposal_id: str, by: str, reason: str) -> Iterator[dict[str, Any]]:
    """One transaction with the proposal locked and the decision stated; the guard's refusals become ours."""
    try:
        with transaction(connection):
            row = connection.execute(statement("proposals/decided"), {"proposal_id": proposal_id}).fetchone()
            if row is None:
                raise InputError("There is no such proposal", "See `uxpipeline proposals list`")
            connection.execute(statement("proposals/state_decision"), {"actor": by, "reason": reason})
            yield {"status": row[0], "proposed_changes": row[1], "author": row[2]}
    except (psycopg.errors.CheckViolation, psycopg.errors.InsufficientPrivilege) as error:
        if error.diag.message_hint is None:
            raise
        problem = (error.diag.message_primary or "").capitalize().replace(proposal_id.lower(), proposal_id)
        raise DecisionRefusedError(problem, error.diag.message_hint.rstrip(".")) from None


def _decide(
    connection: Connection,
    proposal_id: str,
    status: str,
    *,
    pr_url: str | None = None,
    pr_number: int | None = None,
    rollback_reason: str | None = None,
) -> None:
    values = {"pr_url": pr_url, "pr_number": pr_number, "rollback_reason": rollback_reason}
    connection.execute(statement("proposals/decide"), values | {"proposal_id": proposal_id, "status": status})


def _require_sound(connection: Connection, proposal_id: str, proposed_changes: object) -> None:
    """Refuse what breaks the schema of changes, has no evidence, or whose evidence no longer holds."""
    if problem := fault(proposed_changes):
        raise DecisionRefusedError(f"The change is not one of the allowed kinds: {problem}", "Reject it")
    known = evidence_of(connection, proposal_id)
    if not known:
        raise DecisionRefusedError(
            "There is no evidence on record for it: no run scored the surface its change names since it was proposed",
            "Run `uxpipeline run`, which adds evidence where that surface has scores, or reject it as `data_quality`",
        )
    if told := contradiction(connection, known[0]):
        raise DecisionRefusedError(
            f"Its evidence of {known[0].as_of} no longer holds: {told}",
            "Run `uxpipeline run` for new evidence and look again, or reject it as `data_quality`",
        )


def stated_name(by: str) -> str:
    """A person's name as it goes on record.

    Raises:
        InputError: it is empty, too long, or the generator's.
    """
    name = _plain(by, _LONGEST_NAME)
    if not name or name.lower().startswith("uxpipeline:"):
        raise InputError("That is no name of a person", "Say who decides with --by NAME")
    return name


def _plain(text: str, most: int) -> str:
    """Text on one line without characters that cannot be seen; empty where it is longer than allowed."""
    line = " ".join(text.split())
    seen = all(unicodedata.category(mark)[0] in "LNPSM" or mark == " " for mark in line)
    return line if seen and len(line) <= most else ""


def _request_url(url: str | None) -> str | None:
    if not url:
        return None
    if len(url) > _LONGEST_URL or not _URL.fullmatch(url):
        raise InputError("The URL of the request is not an https one, or is too long", "Write it as https://HOST/PATH")
    return url
