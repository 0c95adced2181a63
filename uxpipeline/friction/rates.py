"""Empirical-Bayes rates: how often exposed sessions are affected, with small samples drawn towards their peers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST_SURFACES = 30
"""A prior fitted to fewer surfaces is too uncertain to be used as if known: its 90 % intervals cover less than 87 %."""
# Below this shape a Beta's mean lies above its 95 % quantile: a rate outside its own interval.
_FLOOR = 0.02
_STRENGTH_BOUNDS = (np.log(0.1), np.log(1e6))
_MEAN_BOUNDS = (special.logit(1e-6), special.logit(1 - 1e-6))


@dataclass(frozen=True)
class BetaPrior:
    """Beta(alpha, beta) distribution of true rates over surfaces."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """Expected rate of a surface nobody has seen yet."""
        return self.alpha / (self.alpha + self.beta)


JEFFREYS = BetaPrior(0.5, 0.5)
"""What is assumed where peers say nothing."""


@dataclass(frozen=True)
class RateEstimates:
    """Posterior of each surface: mean and equal-tailed 90 % credible interval, arrays of shape (surfaces,)."""

    mean: Floats
    low: Floats
    high: Floats


def fit_prior(affected: Counts, exposed: Counts) -> BetaPrior:
    """Beta-binomial prior over surfaces: the mode of its marginal posterior in (logit mean, log strength).

    Plain maximum likelihood makes the strength alpha + beta infinite where a few surfaces happen to agree, and the
    intervals far too narrow. The hyperprior p(alpha, beta) proportional to (alpha + beta)^(-5/2) of Gelman et al.,
    Bayesian Data Analysis (3rd ed., section 5.3) keeps it finite and vanishes beside the likelihood of many surfaces.

    Args:
        affected: affected sessions per surface, shape (surfaces,).
        exposed: exposed sessions per surface, same shape, each at least `affected`.

    Returns:
        The fitted prior; `JEFFREYS` for fewer than `FEWEST_SURFACES` surfaces or when nothing was ever affected.
    """
    if len(exposed) < FEWEST_SURFACES or affected.sum() == 0 or (affected == exposed).all():
        return JEFFREYS

    def negative_log_posterior(parameters: Floats) -> float:
        mean, strength = special.expit(parameters[0]), np.exp(parameters[1])
        alpha, beta = mean * strength, (1 - mean) * strength
        likelihood = special.betaln(affected + alpha, exposed - affected + beta) - special.betaln(alpha, beta)
        # The last two terms change variables from (alpha, beta) to (logit mean, log strength).
        hyperprior = -2.5 * np.log(strength) + np.log(alpha) + np.log(beta)
        return -float(np.sum(likelihood) + hyperprior)

    start = np.array([special.logit((affected.sum() + 0.5) / (exposed.sum() + 1)), np.log(10.0)])
    bounds = [_MEAN_BOUNDS, _STRENGTH_BOUNDS]
    found = optimize.minimize(negative_log_posterior, start, method="L-BFGS-B", bounds=bounds)
    mean, strength = float(special.expit(found.x[0])), float(np.exp(found.x[1]))
    return BetaPrior(max(mean * strength, _FLOOR), max((1 - mean) * strength, _FLOOR))


def estimate_rates(affected: Counts, exposed: Counts, prior: BetaPrior) -> RateEstimates:
    """Posterior rates under a Beta prior: Beta(alpha + affected, beta + exposed - affected) per surface."""
    alpha, beta = prior.alpha + affected, prior.beta + (exposed - affected)
    posterior = stats.beta(alpha, beta)
    return RateEstimates(
        mean=alpha / (alpha + beta), low=np.asarray(posterior.ppf(0.05)), high=np.asarray(posterior.ppf(0.95))
    )
