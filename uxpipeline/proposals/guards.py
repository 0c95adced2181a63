"""Guards that look at one candidate's own numbers: each says why not, or nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from uxpipeline.friction.parameters import EvidenceGate
from uxpipeline.proposals.candidates import Candidate
from uxpipeline.proposals.impact import Impact
from uxpipeline.proposals.parameters import ANOMALY_Q, FALSIFIED_P, GRADES, LIKELY_LOSS, Strictness
from uxpipeline.proposals.power import Testability


@dataclass(frozen=True)
class Block:
    """Why a candidate is not proposed: a stable code, and numbers or proposal ids."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Judged:
    """A candidate with what was estimated of it."""

    candidate: Candidate
    impact: Impact | None
    test: Testability


def own_block(judged: Judged, gate: EvidenceGate, strictness: Strictness) -> Block | None:
    """The first guard that a candidate fails by its own numbers; None where it passes them all."""
    return next(_failures(judged, gate, strictness), None)


def _failures(judged: Judged, gate: EvidenceGate, strictness: Strictness) -> Iterator[Block]:
    yield from _too_few(judged.candidate, gate)
    if not strictness.estimates:
        yield from _like_its_peers(judged.candidate)
    elif judged.candidate.signal == "form_leak":
        yield from _form(judged)
    else:
        for guard in _ESTIMATES:
            yield from guard(judged)
    if strictness.testability:
        yield from _testable(judged.test)


def _too_few(candidate: Candidate, gate: EvidenceGate) -> Iterator[Block]:
    for name in ("exposed_sessions", "affected_sessions", "affected_visitors"):
        found, wanted = getattr(candidate, name), getattr(gate, name)
        if found < wanted:
            yield Block("too_little_evidence", f"{name} {found}, at least {wanted}")


def _like_its_peers(candidate: Candidate) -> Iterator[Block]:
    """Without an estimate of the loss, a rate has at least to stand out."""
    if candidate.peer_rate is not None and candidate.rate <= candidate.peer_rate:
        yield Block("like_its_peers", f"rate {candidate.rate:.3f}, median of its peers {candidate.peer_rate:.3f}")


def _graded(judged: Judged) -> Iterator[Block]:
    if judged.candidate.evidence_grade not in GRADES:
        yield Block("grade_too_low", f"grade {judged.candidate.evidence_grade}, at least B")


def _likely(judged: Judged) -> Iterator[Block]:
    p_loss = judged.candidate.p_loss
    if p_loss is None or p_loss < LIKELY_LOSS:
        found = "not estimated" if p_loss is None else f"{p_loss:.2f}"
        yield Block("loss_unlikely", f"probability of a loss {found}, at least {LIKELY_LOSS:.2f}")


def _not_falsified(judged: Judged) -> Iterator[Block]:
    """Fails only where both checks tell against it: compared sessions differed before, and a placebo does as much."""
    control, placebo = judged.candidate.negative_control_p, judged.candidate.placebo_p
    if control is not None and control < FALSIFIED_P and not (placebo is not None and placebo < FALSIFIED_P):
        shown = "not made" if placebo is None else f"p {placebo:.3f}"
        yield Block("falsified", f"negative control p {control:.3f}, placebo {shown}")


def _worth(judged: Judged) -> Iterator[Block]:
    if judged.impact is None or judged.impact.median is None:
        yield Block("no_baseline", "none of the exposed sessions converted")


def _form(judged: Judged) -> Iterator[Block]:
    """A form is judged by its abandonments beyond those its own past leads one to expect."""
    candidate, impact = judged.candidate, judged.impact
    if impact is None or candidate.excess_abandons is None:
        yield Block("no_history", "the form has too few earlier starts to compare with")
        return
    if candidate.excess_abandons <= 0 or impact.p_loss < LIKELY_LOSS:
        yield Block("loss_unlikely", f"probability of an excess {impact.p_loss:.2f}, at least {LIKELY_LOSS:.2f}")
    if candidate.anomaly_q is None or candidate.anomaly_q > ANOMALY_Q:
        found = "none" if candidate.anomaly_q is None else f"{candidate.anomaly_q:.3f}"
        yield Block("no_step", f"false-discovery rate of the rise {found}, at most {ANOMALY_Q:.2f}")
    if impact.median is None:
        yield Block("no_baseline", "none of the recent starts was submitted")


def _testable(test: Testability) -> Iterator[Block]:
    if not test.testable:
        yield Block("not_testable", needs(test))


def needs(test: Testability) -> str:
    """What a test would need, in one clause."""
    if test.needed_per_arm is None:
        return "there is no baseline that a test could improve on measurably"
    return f"needs {test.needed_per_arm} per arm, this surface gets {test.sessions_per_week:.0f} a week"


_ESTIMATES: tuple[Callable[[Judged], Iterator[Block]], ...] = (_graded, _likely, _not_falsified, _worth)
