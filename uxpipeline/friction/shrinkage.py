"""Shrinkage: severities of like surfaces inform each other.

True severities of a level and signal are taken to be draws from a mixture of normals around zero, narrow and wide,
whose weights are fitted to all of them (adaptive shrinkage; Stephens 2017, Biostatistics 18:275). Where nothing does
harm the narrow ones win and every estimate is drawn to zero; a few harmful surfaces among many harmless ones keep
theirs, which a single normal, such as a random-effects model, would draw in with the rest.
"""

from dataclasses import dataclass

import numpy as np

from uxpipeline.friction.rates import Floats

_NULL_WEIGHT = 2.0
"""Dirichlet prior of the narrowest component, 1 for the others: one pseudo-observation without harm. The paper's 10 is
for thousands of effects; a site has tens of surfaces."""
_STEPS, _CLOSE = 2_000, 1e-8


@dataclass(frozen=True)
class Posterior:
    """Normal mixture per surface; arrays of shape (surfaces, components), weights summing to 1 along components."""

    weights: Floats
    means: Floats
    sds: Floats

    @property
    def mean(self) -> Floats:
        """Posterior mean, shape (surfaces,)."""
        return np.asarray((self.weights * self.means).sum(axis=1))

    @property
    def sd(self) -> Floats:
        """Posterior standard deviation, shape (surfaces,)."""
        second = (self.weights * (self.sds**2 + self.means**2)).sum(axis=1)
        return np.asarray(np.sqrt(np.maximum(second - self.mean**2, 0.0)))


@dataclass(frozen=True)
class Mixture:
    """Prior: N(0, sds^2) with probability `weights`, arrays of shape (components,)."""

    weights: Floats
    sds: Floats


def fit_mixture(effects: Floats, variances: Floats) -> Mixture:
    """Fit the weights by expectation maximisation on a fixed grid of standard deviations, each twice the one before.

    The grid runs from a tenth of the smallest standard error to twice the largest effect beyond its error.

    Args:
        effects: estimate per surface, shape (surfaces,).
        variances: their sampling variances, positive.
    """
    least = np.sqrt(variances.min()) / 10
    most = max(2 * np.sqrt(max(float((effects**2 - variances).max()), 0.0)), 8 * least)
    sds = np.asarray(least * 2.0 ** np.arange(np.ceil(np.log2(most / least)) + 1))
    likelihood = _densities(effects, variances, sds)
    prior = np.ones(len(sds))
    prior[0] = _NULL_WEIGHT
    weights = np.full(len(sds), 1 / len(sds))
    for _ in range(_STEPS):
        shares = likelihood * weights
        shares /= shares.sum(axis=1, keepdims=True)
        counted = shares.sum(axis=0) + prior - 1
        renewed = counted / counted.sum()
        moved, weights = np.abs(renewed - weights).max(), renewed
        if moved < _CLOSE:
            break
    return Mixture(weights, sds)


def posterior(effects: Floats, variances: Floats, prior: Mixture) -> Posterior:
    """Posterior per surface: within component k, B_k y with variance B_k v, B_k = sd_k^2 / (sd_k^2 + v)."""
    shares = _densities(effects, variances, prior.sds) * prior.weights
    keep = prior.sds[None, :] ** 2 / (prior.sds[None, :] ** 2 + variances[:, None])
    return Posterior(
        weights=shares / shares.sum(axis=1, keepdims=True),
        means=keep * effects[:, None],
        sds=np.sqrt(keep * variances[:, None]),
    )


def cold_posterior(effects: Floats, variances: Floats, prior_sd: Floats) -> Posterior:
    """Posterior where too few surfaces teach a prior: one normal around zero of the given standard deviations."""
    keep = prior_sd**2 / (prior_sd**2 + variances)
    return Posterior(
        weights=np.ones((len(effects), 1)),
        means=(keep * effects)[:, None],
        sds=np.sqrt(keep * variances)[:, None],
    )


def _densities(effects: Floats, variances: Floats, sds: Floats) -> Floats:
    """Density of each effect under each component, the greatest of a surface scaled to 1; (surfaces, components)."""
    total = variances[:, None] + sds[None, :] ** 2
    logs = -0.5 * (np.log(total) + effects[:, None] ** 2 / total)
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)))
