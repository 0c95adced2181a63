"""Empirical-Bayes rates: how often exposed sessions are affected, with small samples drawn towards their peers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST_SURFACES = 30
"""Fewer surfaces are too few to learn a prior from."""
_SURE_SURFACES = 300
"""As many teach a prior that is as good as known; with fewer, its own uncertainty is averaged over."""
_NODES = np.linspace(-2.5, 2.5, 5)
_BISECTIONS = 30
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
    start = np.array([special.logit((affected.sum() + 0.5) / (exposed.sum() + 1)), np.log(10.0)])
    bounds = [_MEAN_BOUNDS, _STRENGTH_BOUNDS]
    found = optimize.minimize(
        _negative_log_posterior, start, args=(affected, exposed), method="L-BFGS-B", bounds=bounds
    )
    return _prior(found.x)


def _negative_log_posterior(parameters: Floats, affected: Counts, exposed: Counts) -> float:
    mean, strength = special.expit(parameters[0]), np.exp(parameters[1])
    alpha, beta = mean * strength, (1 - mean) * strength
    likelihood = special.betaln(affected + alpha, exposed - affected + beta) - special.betaln(alpha, beta)
    # The last two terms change variables from (alpha, beta) to (logit mean, log strength).
    hyperprior = -2.5 * np.log(strength) + np.log(alpha) + np.log(beta)
    return -float(np.sum(likelihood) + hyperprior)


def _prior(parameters: Floats) -> BetaPrior:
    mean, strength = float(special.expit(parameters[0])), float(np.exp(parameters[1]))
    return BetaPrior(max(mean * strength, _FLOOR), max((1 - mean) * strength, _FLOOR))


def estimate_rates(affected: Counts, exposed: Counts, prior: BetaPrior) -> RateEstimates:
    """Posterior rates: Beta(alpha + affected, beta + exposed - affected) per surface, over the priors that may be.

    A prior fitted to some tens of surfaces is itself uncertain, and intervals that take it for known are too narrow.
    There it is averaged over the prior's own posterior, on a grid around its mode (Kass and Steffey 1989, JASA 84:717).
    """
    if prior == JEFFREYS or not FEWEST_SURFACES <= len(exposed) < _SURE_SURFACES:
        alpha, beta = prior.alpha + affected, prior.beta + (exposed - affected)
        posterior = stats.beta(alpha, beta)
        return RateEstimates(
            mean=alpha / (alpha + beta), low=np.asarray(posterior.ppf(0.05)), high=np.asarray(posterior.ppf(0.95))
        )
    weights, priors = _likely_priors(affected, exposed, prior)
    alpha = np.array([one.alpha for one in priors])[:, None] + affected
    beta = np.array([one.beta for one in priors])[:, None] + (exposed - affected)
    low, high = (_quantile(weights, alpha, beta, mass) for mass in (0.05, 0.95))
    return RateEstimates(mean=np.asarray(weights @ (alpha / (alpha + beta))), low=low, high=high)


def _likely_priors(affected: Counts, exposed: Counts, mode: BetaPrior) -> tuple[Floats, list[BetaPrior]]:
    """Priors on a grid along the axes of the log posterior's curvature at its mode, and their probabilities."""

    def surprise(parameters: Floats) -> float:
        return _negative_log_posterior(parameters, affected, exposed)

    at = np.array([special.logit(mode.mean), np.log(mode.alpha + mode.beta)])
    steps = 0.01 * np.eye(2)
    curvature = [
        [surprise(at + a + b) - surprise(at + a - b) - surprise(at - a + b) + surprise(at - a - b) for b in steps]
        for a in steps
    ]
    values, axes = np.linalg.eigh(np.array(curvature) / 0.02**2)
    grid = np.array([[first, second] for first in _NODES for second in _NODES])
    nodes = at + (grid / np.sqrt(np.maximum(values, 0.1))) @ axes.T
    surprises = np.array([surprise(node) for node in nodes])
    weights = np.exp(surprises.min() - surprises)
    return weights / weights.sum(), [_prior(node) for node in nodes]


def _quantile(weights: Floats, alpha: Floats, beta: Floats, mass: float) -> Floats:
    """Quantile of a mixture of Beta distributions per surface, by bisection; shapes (priors,), (priors, surfaces)."""
    low, high = np.zeros(alpha.shape[1]), np.ones(alpha.shape[1])
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        below = weights @ special.betainc(alpha, beta, middle) < mass
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
