"""Lost conversions: how many sessions were affected times what each lost, with both uncertainties."""

from dataclasses import dataclass

import numpy as np

from uxpipeline.friction.rates import Floats
from uxpipeline.friction.shrinkage import Posterior

_AT_ONCE = 200
"""Surfaces simulated at once: 200 × 4 000 draws are 6 MB an array, ten times that with its components."""


@dataclass(frozen=True)
class Losses:
    """Lost conversions of the scoring window, arrays of shape (surfaces,).

    Attributes:
        mean: expected loss; negative where friction goes with more conversions.
        low: 2.5 % quantile.
        high: 97.5 % quantile.
        bound: 20 % quantile, what surfaces are ranked by.
        p_loss: probability that anything is lost.
    """

    mean: Floats
    low: Floats
    high: Floats
    bound: Floats
    p_loss: Floats


@dataclass(frozen=True)
class Affected:
    """Posterior Beta(alpha, beta) of the affected share, and the sessions it is a share of; arrays (surfaces,)."""

    alpha: Floats
    beta: Floats
    sessions: Floats


def lost_conversions(affected: Affected, severity: Posterior, draws: int, seed: int) -> Losses:
    """Simulate sessions × rate × severity with rate ~ Beta(alpha, beta) and severity from its posterior.

    Args:
        affected: the rates.
        severity: conversions lost per affected session.
        draws: per surface; each component of a posterior gets its share of them.
        seed: the same seed and input give the same bytes.
    """
    draw = np.random.default_rng(seed)
    surfaces = len(affected.sessions)
    quantiles = np.empty((4, surfaces))
    even = (np.arange(draws) + 0.5) / draws
    for start in range(0, surfaces, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        ends = np.cumsum(severity.weights[part], axis=1)[:, :-1]
        component = (even[None, :, None] > ends[:, None, :]).sum(axis=2)
        losses = draw.standard_normal(component.shape)
        losses *= np.take_along_axis(severity.sds[part], component, axis=1)
        losses += np.take_along_axis(severity.means[part], component, axis=1)
        losses *= draw.beta(affected.alpha[part, None], affected.beta[part, None], component.shape)
        losses *= affected.sessions[part, None]
        quantiles[:3, part] = np.quantile(losses, [0.025, 0.20, 0.975], axis=1)
        quantiles[3, part] = (losses > 0).mean(axis=1)
    low, bound, high, p_loss = quantiles
    mean = affected.sessions * affected.alpha / (affected.alpha + affected.beta) * severity.mean
    return Losses(mean=mean, low=low, high=high, bound=bound, p_loss=p_loss)
