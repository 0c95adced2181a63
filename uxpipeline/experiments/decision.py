"""The decision about a test from its daily counts: go on, B, A, none, roll back, or pause.

A pure function of design and counts that walks the days in order and stops at the first that decides. A run that comes
late, or a history that is evaluated in one go, therefore decides what daily runs would have decided.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from uxpipeline.experiments import harm, srm
from uxpipeline.experiments.cmh import score
from uxpipeline.experiments.counts import DayCounts, Floats
from uxpipeline.experiments.design import WORSE_WHEN_FEWER, Design
from uxpipeline.experiments.looks import Look, looks

Decision = Literal["continue", "B", "A", "none", "rollback", "pause"]
HARM_ALPHA = 0.05
"""Of the primary metric; the guardrails share as much. Not part of the error of a win: a false alarm keeps A."""
PRIMARY = "primary"
_NEVER = 10**9


@dataclass(frozen=True)
class Verdict:
    """What was decided, on which day, on which figures.

    Attributes:
        decision: `continue` and `pause` leave the test unfinished.
        reason: stable code.
        days: cohort days the decision rests on.
        look: number of whole weeks of the last look; None before the first.
        information: share of the planned units at that look.
        z: standardised score at that look.
        boundary: of |z| at that look; None where it could not stop anything.
        harm_e: evidence of harm to the primary metric after `days`.
        srm_p: sequential p-value of the split after `days`.
    """

    decision: Decision
    reason: str
    days: int
    look: int | None
    information: float | None
    z: float | None
    boundary: float | None
    harm_e: float
    srm_p: float

    @property
    def final(self) -> bool:
        """Whether the test is over."""
        return self.decision not in {"continue", "pause"}


@dataclass(frozen=True)
class Trajectory:
    """Everything a decision looks at, per cohort day; arrays of shape (days,).

    Attributes:
        z: standardised score.
        log_harm: log evidence of harm by metric; the primary one is called `primary`.
        srm_p: sequential p-value of the split.
        looks: at whole weeks.
    """

    z: Floats
    log_harm: Mapping[str, Floats]
    srm_p: Floats
    looks: tuple[Look, ...]


def follow(design: Design, counts: DayCounts, guardrails: Mapping[str, DayCounts]) -> Trajectory:
    """Compute the trajectory of a test.

    Args:
        design: the frozen design.
        counts: complete cohort days from the first on, without gaps.
        guardrails: the same units with other events counted, by name.
    """
    primary = score(counts)
    evidence = {PRIMARY: _harm(counts, fewer_is_worse=True)}
    for name, other in guardrails.items():
        evidence[name] = _harm(other, fewer_is_worse=name in WORSE_WHEN_FEWER)
    found = tuple(looks(design, counts, primary)) if design.kind == "test" else ()
    split = srm.sequential_p(counts.n_a, counts.n_b, design.shares(len(counts)))
    return Trajectory(primary.z, evidence, split, found)


def decide(design: Design, counts: DayCounts, guardrails: Mapping[str, DayCounts] | None = None) -> Verdict:
    """Decide. Harm is looked for from the first day on, a winner only while the split is not in doubt."""
    others = guardrails or {}
    if not counts.possible or not all(other.possible for other in others.values()):
        return _verdict("pause", "impossible_counts", len(counts), None)
    if not len(counts):
        return _verdict("continue", "no_complete_day", 0, None)
    return _decided(design, counts, follow(design, counts, others))


def _decided(design: Design, counts: DayCounts, path: Trajectory) -> Verdict:
    harmed, metric = _first_harm(path.log_harm)
    doubted = _first(path.srm_p < srm.ALPHA)
    last: Look | None = None
    for look in path.looks:
        day = look.week * design.look_every
        if min(harmed, doubted) <= day:
            break
        last = look
        if found := _ends(look):
            return _verdict(*found, day, path, look)
    if harmed < _NEVER:
        return _verdict("rollback", _why_harm(metric, unverified=doubted <= harmed), harmed, path, last)
    if doubted < _NEVER:
        return _verdict("pause", "sample_ratio_mismatch", len(counts), path, last)
    if design.kind == "holdback" and len(counts) >= design.max_days:
        return _verdict("B", "holdback_unharmed", design.max_days, path, None)
    return _verdict("continue", "not_decided_yet", len(counts), path, last)


def _ends(look: Look) -> tuple[Decision, str] | None:
    if look.z >= look.boundary:
        return "B", "b_better"
    if look.z <= -look.boundary:
        return "A", "b_worse"
    if look.final:
        return "none", "no_difference_found"
    return ("none", "futile") if look.futile else None


def _why_harm(metric: str, *, unverified: bool) -> str:
    what = "harm" if metric == PRIMARY else f"harm_{metric}"
    return f"unverified_{what}" if unverified else what


def _harm(counts: DayCounts, *, fewer_is_worse: bool) -> Floats:
    """Log evidence that B is worse, nothing before 20 events."""
    found = score(counts)
    evidence = harm.log_e(-found.u if fewer_is_worse else found.u, found.v)
    return np.asarray(np.where(np.cumsum(counts.c_a + counts.c_b) >= harm.FEWEST_CONVERSIONS, evidence, 0.0))


def _first_harm(evidence: Mapping[str, Floats]) -> tuple[int, str]:
    """Day of the first crossing and its metric; the guardrails have α/k each."""
    shared = HARM_ALPHA / max(len(evidence) - 1, 1)
    crossings = [
        (_first(values >= -math.log(HARM_ALPHA if name == PRIMARY else shared)), name)
        for name, values in evidence.items()
    ]
    return min(crossings, key=lambda crossing: crossing[0])


def _first(crossed: np.typing.NDArray[np.bool_]) -> int:
    """The first day, from 1, that holds; far away where none does."""
    return int(np.argmax(crossed)) + 1 if crossed.any() else _NEVER


def _verdict(decision: Decision, reason: str, days: int, path: Trajectory | None, look: Look | None = None) -> Verdict:
    known = path is not None and days > 0
    return Verdict(
        decision=decision,
        reason=reason,
        days=days,
        look=look.week if look else None,
        information=look.share if look else None,
        z=look.z if look else None,
        boundary=look.boundary if look and math.isfinite(look.boundary) else None,
        harm_e=math.exp(min(float(path.log_harm[PRIMARY][days - 1]), 700.0)) if path and known else 1.0,
        srm_p=float(path.srm_p[days - 1]) if path and known else 1.0,
    )
