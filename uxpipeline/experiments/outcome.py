"""What a finished test says about the effect: estimate, interval, and what is left after shrinkage."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import special

from uxpipeline.experiments.counts import DayCounts

FEWEST_FOR_PRIOR = 20
"""Finished tests from which the prior is estimated."""


@dataclass(frozen=True)
class Prior:
    """Effects of changes in general, as log risk ratios ~ N(mean, sd²)."""

    mean: float = 0.0
    sd: float = 0.05
    tests: int = 0


@dataclass(frozen=True)
class Effect:
    """A log risk ratio and its variance."""

    log_ratio: float
    variance: float


@dataclass(frozen=True)
class Outcome:
    """Relative change of the conversion rate that B brought, as shown to people.

    Attributes:
        impact: after shrinkage, signed; what `actual_impact` holds.
        naive: as measured; too large among winners, because winners are selected.
        low: lower end of the repeated confidence interval.
        high: upper end.
        variance: of the log risk ratio as measured.
        posterior_variance: after shrinkage.
        prior_mean: of the log risk ratio.
        prior_sd: of the log risk ratio.
        prior_tests: finished tests the prior comes from; 0: the stated default.
    """

    impact: float
    naive: float
    low: float
    high: float
    variance: float
    posterior_variance: float
    prior_mean: float
    prior_sd: float
    prior_tests: int

    def stored(self) -> dict[str, Any]:
        """As `metadata.outcome` holds it, six digits."""
        return {name: float(f"{value:.6g}") for name, value in asdict(self).items()}


def effect(counts: DayCounts) -> Effect:
    """Log of the pooled risk ratio of B over A, Σ c_B n_A/n ÷ Σ c_A n_B/n (Mantel–Haenszel; Greenland & Robins 1985).

    Its variance is that of the totals, (1 − p_A)/c_A + (1 − p_B)/c_B. An arm without conversions counts half a one.
    """
    n = np.maximum(counts.n_a + counts.n_b, 1)
    b = float((counts.c_b * counts.n_a / n).sum())
    a = float((counts.c_a * counts.n_b / n).sum())
    totals = [float(part.sum()) for part in (counts.n_a, counts.c_a, counts.n_b, counts.c_b)]
    n_a, c_a, n_b, c_b = (max(value, 1.0) for value in (totals[0], totals[1] or 0.5, totals[2], totals[3] or 0.5))
    variance = max((1 - c_a / n_a) / c_a, 0.0) + max((1 - c_b / n_b) / c_b, 0.0)
    return Effect(math.log(max(b, 0.25) / max(a, 0.25)), max(variance, 1e-9))


def shrunk(measured: Effect, prior: Prior) -> Effect:
    """Posterior of a normal measurement under a normal prior."""
    precision = 1 / measured.variance + 1 / prior.sd**2
    mean = (measured.log_ratio / measured.variance + prior.mean / prior.sd**2) / precision
    return Effect(mean, 1 / precision)


def combined(first: Effect, second: Effect) -> Effect:
    """Precision-weighted mean of two independent measurements."""
    precision = 1 / first.variance + 1 / second.variance
    mean = (first.log_ratio / first.variance + second.log_ratio / second.variance) / precision
    return Effect(mean, 1 / precision)


def outcome(counts: DayCounts, prior: Prior, boundary: float | None, alpha: float) -> Outcome:
    """Estimate the effect of a finished test.

    Args:
        counts: the cohort days the decision rests on.
        prior: of effects in general.
        boundary: of |z| at the look that decided; None: the fixed-size quantile.
        alpha: two-sided error.
    """
    measured = effect(counts)
    after = shrunk(measured, prior)
    half = (boundary or float(special.ndtri(1 - alpha / 2))) * math.sqrt(measured.variance)
    return Outcome(
        impact=math.expm1(after.log_ratio),
        naive=math.expm1(measured.log_ratio),
        low=math.expm1(measured.log_ratio - half),
        high=math.expm1(measured.log_ratio + half),
        variance=measured.variance,
        posterior_variance=after.variance,
        prior_mean=prior.mean,
        prior_sd=prior.sd,
        prior_tests=prior.tests,
    )


def estimated_prior(effects: list[Effect]) -> Prior:
    """Mean and spread of true effects (DerSimonian & Laird 1986) from 20 finished tests on, winners and losers alike.

    The spread is at least 0.01: that no test had an effect is not something twenty tests can say.
    """
    if len(effects) < FEWEST_FOR_PRIOR:
        return Prior()
    estimates = np.array([one.log_ratio for one in effects])
    weights = 1 / np.array([one.variance for one in effects])
    fixed = (weights * estimates).sum() / weights.sum()
    q = (weights * (estimates - fixed) ** 2).sum()
    spread = max(0.0, (q - (len(effects) - 1)) / (weights.sum() - (weights**2).sum() / weights.sum()))
    random = 1 / (1 / weights + spread)
    mean = float((random * estimates).sum() / random.sum())
    return Prior(mean, max(math.sqrt(spread), 0.01), len(effects))
