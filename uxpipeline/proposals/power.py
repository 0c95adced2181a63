"""How many sessions a randomised test of a proposal would need."""

import math
from dataclasses import dataclass

from scipy import stats

from uxpipeline.proposals.parameters import LONGEST_TEST_DAYS

MINIMUM_EFFECT = 0.10
"""Relative change a test is sized for, unless a larger one is expected."""


@dataclass(frozen=True)
class Testability:
    """Whether traffic can answer the question in time.

    Attributes:
        testable: a test for `minimum_effect` ends within `LONGEST_TEST_DAYS`.
        metric: what the test would compare: `conversion`, or `form_submit` for a form.
        baseline: rate of that metric among the exposed sessions.
        needed_per_arm: sessions each arm would need; None without a baseline.
        sessions_per_week: exposed sessions a week.
        days_needed: days both arms would take; None without a baseline or traffic.
        minimum_effect: relative effect the figures are for.
    """

    testable: bool
    metric: str
    baseline: float
    needed_per_arm: int | None
    sessions_per_week: float
    days_needed: int | None
    minimum_effect: float

    @property
    def verdict(self) -> str:
        """Stable code shown to people and machines."""
        return "testable" if self.testable else "not_testable"


def sessions_per_arm(baseline: float, relative_effect: float, alpha: float = 0.05, power: float = 0.80) -> int:
    """Sessions per arm of a two-sided test of two proportions at equal allocation.

    n = (z_{1-alpha/2} + z_{power})² [p0(1-p0) + p1(1-p1)] / (p1-p0)²  (Fleiss, Levin & Paik 2003, without continuity
    correction).

    Args:
        baseline: conversion rate of the control arm, strictly between 0 and 1.
        relative_effect: (p1 - p0) / p0; p1 must stay below 1.
        alpha: two-sided type I error.
        power: probability of detecting the effect.

    Returns:
        Sessions per arm, rounded up.
    """
    treated = baseline * (1 + relative_effect)
    if not (0 < baseline < 1 and 0 < treated < 1 and treated != baseline):
        raise ValueError("rates must lie strictly between 0 and 1 and differ")
    quantiles = float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power))
    variance = baseline * (1 - baseline) + treated * (1 - treated)
    return math.ceil(quantiles**2 * variance / (treated - baseline) ** 2)


def testability(metric: str, exposed: int, succeeded: int, observed_days: int, expected: float | None) -> Testability:
    """Judge whether the traffic of a surface could carry a test of `MINIMUM_EFFECT`, or of a larger expected effect.

    Args:
        metric: what counts as a success.
        exposed: sessions exposed to the surface.
        succeeded: those of them that succeeded.
        observed_days: days these counts were collected over.
        expected: expected relative change of the metric, if any is.
    """
    effect = max(MINIMUM_EFFECT, expected or 0.0)
    baseline = succeeded / exposed if exposed else 0.0
    per_day = exposed / observed_days
    if not 0 < baseline * (1 + effect) < 1:
        return Testability(False, metric, baseline, None, per_day * 7, None, effect)  # noqa: FBT003  # reads as a record
    needed = sessions_per_arm(baseline, effect)
    days = math.ceil(2 * needed / per_day)
    return Testability(days <= LONGEST_TEST_DAYS, metric, baseline, needed, per_day * 7, days, effect)
