"""How a proposal is written: a typed change and numbers. Nothing a visitor wrote gets here unchecked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from uxpipeline import __version__
from uxpipeline.proposals.candidates import Candidate
from uxpipeline.proposals.change import fault
from uxpipeline.proposals.confidence import Confidence
from uxpipeline.proposals.evidence import digest, result_of
from uxpipeline.proposals.guards import Judged
from uxpipeline.proposals.history import Attempt
from uxpipeline.proposals.names import component_name, surface_name
from uxpipeline.settings import Settings

AUTHOR = f"uxpipeline:{__version__}"
HYPOTHESIS_VERSION = 1
_EVIDENCE = (
    "signal", "denominator", "exposed_sessions", "affected_sessions", "affected_visitors", "converted_sessions", "rate",
    "rate_low", "rate_high", "lost_conversions", "lost_low", "lost_high", "lost_rank_bound", "p_loss", "evidence_grade",
    "score_version", "observed_days",
)  # fmt: skip


@dataclass(frozen=True)
class Related:
    """Another surface that likely has the same cause: its affected sessions are largely the same."""

    level: str
    surface: str
    signal: str
    shared: float


@dataclass(frozen=True)
class Proposal:
    """One row of `optimization_history` as the generator makes it."""

    proposal_id: str
    friction_point: str
    component_id: str | None
    page_url: str | None
    change_description: str
    proposed_changes: dict[str, Any]
    ai_confidence: float | None
    expected_impact: float | None
    metadata: dict[str, Any]


def dedupe_key(candidate: Candidate) -> str:
    """What makes two proposals the same: surface, signal and rule."""
    identity = [
        candidate.surface_level, candidate.surface_key, candidate.signal, candidate.rule.name, HYPOTHESIS_VERSION,
    ]  # fmt: skip
    return f"{candidate.signal.replace('_', '-')}-{digest(identity)[:12]}"


def draft(
    judged: Judged,
    before: Attempt | None,
    related: Sequence[Related],
    confidence: Confidence,
    settings: Settings,
) -> Proposal:
    """Write the proposal; an earlier attempt makes this the next one, and a failed one is cited."""
    candidate, impact = judged.candidate, judged.impact
    rule, surface, key = candidate.rule, candidate.surface, dedupe_key(candidate)
    number = before.attempt + 1 if before else 1
    estimated = impact is not None and impact.median is not None
    changes = {
        "change_type": rule.change_type,
        "target": {"level": candidate.surface_level, "surface": surface},
        "change": rule.change,
        "rollback": rule.rollback,
    }
    if problem := fault(changes):
        raise ValueError(f"rule {rule.name} makes no valid change: {problem}")
    return Proposal(
        proposal_id=f"{key}-{number}",
        friction_point=rule.friction.format(surface=surface),
        component_id=component_name(candidate.component_id),
        page_url=surface_name(candidate.page_key) if candidate.page_key else None,
        change_description=rule.description.format(surface=surface) + _citation(before),
        proposed_changes=changes,
        ai_confidence=confidence.probability if estimated else None,
        expected_impact=impact.median if impact else None,
        metadata={
            "dedupe_key": key,
            "attempt": number,
            "recurs_of": before.proposal_id if before else None,
            "rule": rule.name,
            "author": AUTHOR,
            "profile": settings.profile,
            "conversion": settings.conversion,
            "surface": {
                "level": candidate.surface_level,
                "hash": candidate.surface_hash,
                "signal": candidate.signal,
            },
            "related": [asdict(one) for one in related],
            "evidence": _shown(candidate),
            "evidence_hash": digest(result_of(asdict(candidate))),
            "prediction": {"mass": 0.8, **asdict(impact)} if impact else None,
            "confidence_from": confidence.source if estimated else None,
            "test": {"verdict": judged.test.verdict, **asdict(judged.test)},
        },
    )


def _shown(candidate: Candidate) -> dict[str, Any]:
    return {"as_of": candidate.as_of.isoformat(), **{name: getattr(candidate, name) for name in _EVIDENCE}}


def _citation(before: Attempt | None) -> str:
    if before is None or before.status != "rolled_back":
        return ""
    return f" An earlier attempt, {before.proposal_id}, was rolled back on {before.since:%Y-%m-%d}: see why first."
