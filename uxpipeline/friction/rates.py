"""Empirical-Bayes rates: how often exposed sessions are affected, with small samples drawn towards their peers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST_SURFACES = 3
"""With fewer surfaces there is nothing to learn a prior from."""
_STRENGTH_BOUNDS = (np.log(0.5), np.log(1e4))
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
    """Maximum-likelihood beta-binomial prior over surfaces.

    The likelihood is maximised over the prior's mean (logit) and strength alpha + beta (log), the strength bounded to
    0.5 … 10,000 because surfaces that vary no more than chance would make it infinite. Casella (1985), "An introduction
    to empirical Bayes data analysis".

    Args:
        affected: affected sessions per surface, shape (surfaces,).
        exposed: exposed sessions per surface, same shape, each at least `affected`.

    Returns:
        The fitted prior; `JEFFREYS` for fewer than `FEWEST_SURFACES` surfaces or when nothing was ever affected.
    """
    if len(exposed) < FEWEST_SURFACES or affected.sum() == 0 or (affected == exposed).all():
        return JEFFREYS

    def negative_log_likelihood(parameters: Floats) -> float:
        mean, strength = special.expit(parameters[0]), np.exp(parameters[1])
        alpha, beta = mean * strength, (1 - mean) * strength
        return -float(np.sum(special.betaln(affected + alpha, exposed - affected + beta) - special.betaln(alpha, beta)))

    start = np.array([special.logit((affected.sum() + 0.5) / (exposed.sum() + 1)), np.log(10.0)])
    found = optimize.minimize(
        negative_log_likelihood, start, method="L-BFGS-B", bounds=[_MEAN_BOUNDS, _STRENGTH_BOUNDS]
    )
    mean, strength = float(special.expit(found.x[0])), float(np.exp(found.x[1]))
    return BetaPrior(mean * strength, (1 - mean) * strength)


def estimate_rates(affected: Counts, exposed: Counts, prior: BetaPrior) -> RateEstimates:
    """Posterior rates under a Beta prior: Beta(alpha + affected, beta + exposed - affected) per surface."""
    alpha, beta = prior.alpha + affected, prior.beta + (exposed - affected)
    posterior = stats.beta(alpha, beta)
    return RateEstimates(mean=alpha / (alpha + beta), low=np.asarray(posterior.ppf(0.05)), high=np.asarray(posterior.ppf(0.95)))
