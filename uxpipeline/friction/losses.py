"""Lost conversions: how many sessions were affected times what each lost, with both uncertainties."""

from dataclasses import dataclass

import numpy as np

from uxpipeline.friction.rates import Floats

_AT_ONCE = 500
"""Surfaces simulated at once: 500 × 4 000 draws are 16 MB an array."""


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


def lost_conversions(affected: Affected, severity: Floats, severity_sd: Floats, draws: int, seed: int) -> Losses:
    """Simulate sessions × rate × severity with rate ~ Beta(alpha, beta) and severity ~ N(severity, severity_sd^2).

    Args:
        affected: the rates.
        severity: conversions lost per affected session, shape (surfaces,).
        severity_sd: its standard deviation, same shape.
        draws: per surface.
        seed: the same seed and input give the same bytes.
    """
    draw = np.random.default_rng(seed)
    quantiles = np.empty((4, len(severity)))
    for start in range(0, len(severity), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        shape = (len(severity[part]), draws)
        rates = draw.beta(affected.alpha[part, None], affected.beta[part, None], shape)
        losses = draw.normal(severity[part, None], severity_sd[part, None], shape) * rates
        losses *= affected.sessions[part, None]
        quantiles[:3, part] = np.quantile(losses, [0.025, 0.20, 0.975], axis=1)
        quantiles[3, part] = (losses > 0).mean(axis=1)
    low, bound, high, p_loss = quantiles
    mean = affected.sessions * affected.alpha / (affected.alpha + affected.beta) * severity
    return Losses(mean=mean, low=low, high=high, bound=bound, p_loss=p_loss)
