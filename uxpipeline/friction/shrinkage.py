"""Shrinkage: severities of like surfaces inform each other."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from uxpipeline.friction.rates import Floats


@dataclass(frozen=True)
class Pool:
    """What surfaces have in common: mean and variance of true effects, and how surely the mean is known."""

    mean: float
    between: float
    mean_variance: float


@dataclass(frozen=True)
class Shrunken:
    """Posterior mean and standard deviation per surface, arrays of shape (surfaces,)."""

    mean: Floats
    sd: Floats


def paule_mandel(effects: Floats, variances: Floats) -> Pool:
    """Random-effects mean and between-surface variance by Paule & Mandel (1982).

    tau^2 >= 0 solves sum w (y - mu)^2 = k - 1 with w = 1 / (v + tau^2) and mu the mean weighted by w; it is 0 where even
    that leaves less spread than sampling explains.

    Args:
        effects: estimate per surface, shape (surfaces,), at least two.
        variances: their sampling variances, positive.
    """

    def excess(between: float) -> float:
        weights = 1 / (variances + between)
        mean = np.sum(weights * effects) / np.sum(weights)
        return float(np.sum(weights * (effects - mean) ** 2) - (len(effects) - 1))

    between = 0.0
    if excess(0.0) > 0:
        highest = float(np.sum((effects - effects.mean()) ** 2)) + float(variances.max())
        between = float(optimize.brentq(excess, 0.0, highest, xtol=1e-16, rtol=1e-12, maxiter=500))
    weights = 1 / (variances + between)
    return Pool(float(np.sum(weights * effects) / np.sum(weights)), between, float(1 / np.sum(weights)))


def shrink(effects: Floats, variances: Floats, pool: Pool) -> Shrunken:
    """Draw effects towards the pool's mean: B y + (1 - B) mu, B = tau^2 / (tau^2 + v).

    The variance is B v + (1 - B)^2 var(mu): what is left of sampling error, and the error of the mean itself (Morris 1983).
    """
    keep = pool.between / (pool.between + variances)
    return Shrunken(
        mean=keep * effects + (1 - keep) * pool.mean,
        sd=np.sqrt(keep * variances + (1 - keep) ** 2 * pool.mean_variance),
    )


def shrink_cold(effects: Floats, variances: Floats, prior_sd: Floats) -> Shrunken:
    """Draw effects towards zero under a normal prior of the given standard deviation: no harm is presumed."""
    keep = prior_sd**2 / (prior_sd**2 + variances)
    return Shrunken(mean=keep * effects, sd=np.sqrt(keep * variances))
