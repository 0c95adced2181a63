"""What is fixed before a test starts and never changes: how many units, how long, with which errors."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy import special

from uxpipeline.errors import DecisionRefusedError
from uxpipeline.experiments.counts import Floats
from uxpipeline.proposals.parameters import LONGEST_TEST_DAYS

Kind = Literal["test", "holdback"]
DEFAULT_EFFECT = 0.20
SMALLEST_EFFECT, LARGEST_EFFECT = 0.05, 0.50
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.80, 0.99
POWER = 0.80
WINDOW_HOURS = 24
WEEK = 7
HOLDBACK_DAYS = 14
HOLDBACK_SHARE = 0.10
BASELINE_DAYS = 28
RAMP = (0.01, 0.05, 0.10, 0.25)
"""Share of B on the first days of a test that starts carefully."""
FORM_SUBMIT = "form_submit"
"""What a test of a form compares: whether it was submitted."""
GUARDRAILS = ("error", "rage_click", "bounce", "other_funnels")
"""Shares of units that met a script error, clicked in rage, left after one page, or finished another funnel."""
WORSE_WHEN_FEWER = frozenset({"other_funnels"})


@dataclass(frozen=True)
class Design:
    """The frozen part of a test, `a_b_tests.metadata.design`.

    Attributes:
        target: conversion that is compared: a funnel, its last step meant, or the name of a conversion; `form_submit`
            where a form is tested.
        baseline: share of exposed units that converted before the test.
        minimum_effect: relative change that is found with probability `power`.
        alpha: two-sided error of all looks together.
        power: see `minimum_effect`.
        per_arm: units planned per variant at most, at an even split.
        max_days: the last look is at the latest after this many cohort days, whole weeks.
        look_every: days between looks; whole weeks, so that every look has seen every weekday alike.
        share_b: planned share of units in B.
        ramp: planned share on the first cohort days, before `share_b` holds.
        window_hours: a conversion counts within this time of a unit's first assignment.
        guardrails: what B must not make worse.
        kind: `holdback` watches a rollout for harm only.
        parent: test whose rollout a hold-back watches.
        form: hash of the key of the form whose submissions are compared; None: `target` is a conversion.
    """

    target: str
    baseline: float
    minimum_effect: float
    alpha: float
    per_arm: int
    power: float = POWER
    max_days: int = LONGEST_TEST_DAYS
    look_every: int = WEEK
    share_b: float = 0.5
    ramp: tuple[float, ...] = ()
    window_hours: int = WINDOW_HOURS
    guardrails: tuple[str, ...] = GUARDRAILS
    kind: Kind = "test"
    parent: str | None = None
    form: str | None = None

    @property
    def units(self) -> int:
        """Units planned at most, both arms."""
        return 2 * self.per_arm

    @property
    def last_look(self) -> int:
        """Number of the look at which the test ends whatever was found."""
        return max(self.max_days // self.look_every, 1)

    def shares(self, days: int) -> Floats:
        """Planned share of B on each of the first cohort days, shape (days,)."""
        return np.array([*self.ramp, *[self.share_b] * days][:days])

    def stored(self) -> dict[str, Any]:
        """As `metadata.design` holds it."""
        return {**asdict(self), "guardrails": list(self.guardrails), "ramp": list(self.ramp)}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Design":
        """The design as it was stored.

        Raises:
            KeyError, TypeError: a key is missing, or unknown to this version.
        """
        lists = {name: tuple(stored[name]) for name in ("guardrails", "ramp")}
        return cls(**{**stored, **lists})


@dataclass(frozen=True)
class Traffic:
    """What the last 28 days say: exposed sessions, those that converted, and days that had any."""

    exposed: int
    converted: int
    days: int = BASELINE_DAYS


def plan(
    target: str,
    traffic: Traffic,
    effect: float | None,
    confidence: float,
    *,
    form: str | None = None,
    ramp: Sequence[float] = (),
) -> Design:
    """Size a test from traffic, or refuse with the reason.

    Per arm: the size of a test with one look, times what weekly looks cost: 1.02 up to four of them, else 1.036, found
    by simulation for these boundaries.

    Args:
        target: conversion to compare.
        traffic: of the changed surface.
        effect: relative change expected; between 5 % and 50 % it is what the test is sized for. None: 20 %.
        confidence: 1 − α.
        form: hash of the form whose submissions are compared, if they are.
        ramp: share of B on the first days.

    Raises:
        DecisionRefusedError: the traffic cannot answer in time, or the confidence is none a decision could rest on.
    """
    if not LEAST_CONFIDENCE <= confidence <= MOST_CONFIDENCE:
        raise DecisionRefusedError(
            f"A confidence of {confidence} decides nothing", f"Choose {LEAST_CONFIDENCE} to {MOST_CONFIDENCE}"
        )
    alpha = round(1 - confidence, 6)
    minimum = min(max(abs(effect) if effect else DEFAULT_EFFECT, SMALLEST_EFFECT), LARGEST_EFFECT)
    if not 0 < traffic.converted < traffic.exposed:
        raise DecisionRefusedError(
            f"{traffic.converted} of {traffic.exposed} exposed sessions converted (`{target}`) in {BASELINE_DAYS} days",
            "Test where visitors convert, or name another conversion",
        )
    baseline = traffic.converted / traffic.exposed
    if baseline * (1 + minimum) >= 1:
        raise DecisionRefusedError(
            f"{baseline:.0%} convert already: {minimum:+.0%} is impossible", "Expect a smaller change"
        )
    fixed = units_per_arm(baseline, baseline * (1 + minimum), alpha, POWER)
    per_day = traffic.exposed / traffic.days
    few_looks = _days(2 * 1.02 * fixed, per_day, ramp) <= 4 * WEEK
    per_arm = math.ceil((1.02 if few_looks else 1.036) * fixed)
    days = _days(2 * per_arm, per_day, ramp)
    if days > LONGEST_TEST_DAYS:
        raise DecisionRefusedError(
            f"It takes {days} days to find {minimum:+.0%} on a baseline of {baseline:.2%}: {per_arm} units per variant"
            f" at {per_day:.0f} a day, {LONGEST_TEST_DAYS} days at most",
            "Test a bolder change or a busier surface, or implement it untested",
        )
    return Design(target, baseline, minimum, alpha, per_arm, ramp=tuple(ramp), form=form)


def _days(units: float, per_day: float, ramp: Sequence[float]) -> int:
    """Days until so many units came; one of an uneven split counts 4 π_A π_B."""
    lost = sum(1 - 4 * share * (1 - share) for share in ramp)
    return math.ceil(units / per_day + lost)


def units_per_arm(p_a: float, p_b: float, alpha: float, power: float) -> float:
    """Units per arm of a two-sided test of two proportions with one look (Fleiss, Levin & Paik 2003, eq. 4.14).

    n = (z_{1−α/2} √(2 p̄ q̄) + z_{power} √(p_A q_A + p_B q_B))² / (p_B − p_A)² with p̄ the mean of both; what R's
    `power.prop.test` computes.

    Args:
        p_a: conversion rate of A, strictly between 0 and 1.
        p_b: conversion rate of B, another one.
        alpha: two-sided error.
        power: probability of finding the difference.
    """
    mean = (p_a + p_b) / 2
    error, found = float(special.ndtri(1 - alpha / 2)), float(special.ndtri(power))
    apart = error * math.sqrt(2 * mean * (1 - mean)) + found * math.sqrt(p_a * (1 - p_a) + p_b * (1 - p_b))
    return (apart / (p_b - p_a)) ** 2


def holdback(design: Design, parent: str) -> Design:
    """What watches a rollout: a tenth stays on A for two weeks, and only harm is looked for."""
    return replace(design, max_days=HOLDBACK_DAYS, share_b=1 - HOLDBACK_SHARE, ramp=(), kind="holdback", parent=parent)
