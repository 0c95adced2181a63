"""From scores to proposals: deterministic, typed, with evidence. When in doubt, nothing is proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.experiments.calibration import recoveries
from uxpipeline.friction.parameters import GATES, parameters_of
from uxpipeline.proposals.blocks import keep_blocks
from uxpipeline.proposals.candidates import Candidate, find_candidates
from uxpipeline.proposals.confidence import confidences
from uxpipeline.proposals.draft import AUTHOR, Proposal, draft
from uxpipeline.proposals.evidence import record
from uxpipeline.proposals.guards import Block, Judged, own_block
from uxpipeline.proposals.health import day_block
from uxpipeline.proposals.impact import expected_impact
from uxpipeline.proposals.parameters import GRADES, RECOVERY, STRICTNESS
from uxpipeline.proposals.power import testability
from uxpipeline.proposals.queue import Queue
from uxpipeline.proposals.support import support
from uxpipeline.settings import Settings


@dataclass(frozen=True)
class Generated:
    """What a run proposed, and what it did not and why."""

    made: list[Proposal] = field(default_factory=list)
    blocked: list[tuple[Candidate, Block]] = field(default_factory=list)


def propose(connection: Connection, as_of: date, settings: Settings, now: datetime) -> Generated:
    """Write the day's new proposals, the most worth first, and why other friction is not proposed.

    One transaction: an error or a count that cannot be read proposes nothing. The same scores again propose nothing.
    Proposals of others that wait for a decision get evidence where their surface was scored.

    Args:
        connection: open connection.
        as_of: the scored day.
        settings: profile and conversion.
        now: the caller's clock.
    """
    with transaction(connection):
        connection.execute(statement("proposals/state_actor"), {"actor": AUTHOR})
        found = find_candidates(connection, as_of)
        whole = day_block(connection, found, as_of, now, STRICTNESS[settings.profile])
        if whole:
            generated = Generated(blocked=[(candidate, whole) for candidate in found])
        else:
            generated = _generate(connection, found, settings, now)
            support(connection, as_of, settings.profile)
        keep_blocks(connection, as_of, generated.blocked)
    return generated


def judge(candidate: Candidate, recovery: tuple[float, float] = RECOVERY) -> Judged:
    """Estimate what a change of the surface is worth and what a test of it would need.

    Args:
        candidate: the surface.
        recovery: Beta distribution of the share of its loss that a change recovers.
    """
    impact = expected_impact(candidate, recovery)
    exposed, succeeded = candidate.exposed_sessions, candidate.converted_sessions
    if candidate.signal == "form_leak":
        succeeded = exposed - candidate.affected_sessions
    metric = "form_submit" if candidate.signal == "form_leak" else "conversion"
    # A large effect that is poorly known would promise a small test.
    known = candidate.signal == "form_leak" or candidate.evidence_grade in GRADES
    expected = impact.median if impact and known else None
    return Judged(candidate, impact, testability(metric, exposed, succeeded, candidate.observed_days, expected))


def _generate(connection: Connection, found: Sequence[Candidate], settings: Settings, now: datetime) -> Generated:
    generated = Generated()
    passing: list[Judged] = []
    measured = recoveries(connection)
    for candidate in found:
        judged = judge(candidate, measured.get((candidate.signal, candidate.rule.change_type), RECOVERY))
        block = own_block(judged, GATES[settings.profile], STRICTNESS[settings.profile])
        if block:
            generated.blocked.append((candidate, block))
        else:
            passing.append(judged)
    if not passing:
        return generated
    queue = Queue.read(connection, passing, parameters_of(settings.profile), GATES[settings.profile], now)
    by_grade = confidences(connection)
    for judged in passing:
        candidate = judged.candidate
        if known := queue.made_from(judged):
            record(connection, known.proposal_id, asdict(candidate), settings.profile)
            continue
        block = queue.block(judged)
        if block is None:
            proposal = draft(
                judged, queue.before(judged), queue.related(judged), by_grade[candidate.evidence_grade], settings
            )
            if _insert(connection, proposal):
                record(connection, proposal.proposal_id, asdict(candidate), settings.profile)
                queue.take(judged, proposal.proposal_id)
                generated.made.append(proposal)
                continue
            block = Block("id_taken", f"{proposal.proposal_id} exists already")
        generated.blocked.append((candidate, block))
    return generated


def _insert(connection: Connection, proposal: Proposal) -> bool:
    values: Mapping[str, object] = asdict(proposal) | {
        name: Jsonb(getattr(proposal, name)) for name in ("proposed_changes", "metadata")
    }
    return connection.execute(statement("proposals/insert_proposal"), values).fetchone() is not None
