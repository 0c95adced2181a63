"""Lost conversions: how many sessions were affected times what each lost, with both uncertainties."""

from dataclasses import dataclass

import numpy as np

from uxpipeline.friction.rates import Floats
from uxpipeline.friction.shrinkage import AT_ONCE, Posterior


@dataclass(frozen=True)
class Losses:
    """Lost conversions of the scoring window, arrays of shape (surfaces,).

    Attributes:
        mean: expected loss; negative where friction goes with more conversions.
        low: 2.5 % quantile.
        high: 97.5 % quantile.
        bound: 20 % quantile, what surfaces are ranked by.
        p_loss: probability that anything is lost.
        total: simulated losses of all surfaces together, shape (draws,).
    """

    mean: Floats
    low: Floats
    high: Floats
    bound: Floats
    p_loss: Floats
    total: Floats


@dataclass(frozen=True)
class Affected:
    """Posterior Beta(alpha, beta) of the affected share, and the sessions it is a share of; arrays (surfaces,)."""

    alpha: Floats
    beta: Floats
    sessions: Floats

    @property
    def mean(self) -> Floats:
        """Expected number of affected sessions."""
        return self.sessions * self.alpha / (self.alpha + self.beta)


def lost_conversions(affected: Affected, severity: Posterior, draws: int, seed: int) -> Losses:
    """Simulate sessions × rate × severity with rate ~ Beta(alpha, beta) and severity from its posterior.

    Each draw holds one belief for all surfaces, in proportion to how likely it is: what is not known of all of them
    does not average out in their total.

    Args:
        affected: the rates.
        severity: conversions lost per affected session.
        draws: per surface.
        seed: the same seed and input give the same bytes.
    """
    draw = np.random.default_rng(seed)
    surfaces = len(affected.sessions)
    quantiles, total = np.empty((4, surfaces)), np.zeros(draws)
    belief = np.searchsorted(np.cumsum(severity.beliefs)[:-1], (np.arange(draws) + 0.5) / draws)
    for start in range(0, surfaces, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        ends = np.cumsum(severity.chances(part)[:, :, :2], axis=2)
        chosen = draw.random((len(ends), draws))
        side = (chosen > ends[:, belief, 0]).astype(np.int64) + (chosen > ends[:, belief, 1])
        component = severity.prior.components(belief[None, :], side)
        losses = draw.standard_normal(component.shape)
        losses *= np.take_along_axis(severity.sds[part], component, axis=1)
        losses += np.take_along_axis(severity.means[part], component, axis=1)
        losses *= draw.beta(affected.alpha[part, None], affected.beta[part, None], component.shape)
        losses *= affected.sessions[part, None]
        quantiles[:, part] = summary(losses)
        total += losses.sum(axis=0)
    low, bound, high, p_loss = quantiles
    return Losses(mean=affected.mean * severity.mean, low=low, high=high, bound=bound, p_loss=p_loss, total=total)


def summary(losses: Floats) -> Floats:
    """Low end, rank bound, high end and share above zero of simulated losses, along their last axis."""
    quantiles = np.quantile(losses, [0.025, 0.20, 0.975], axis=-1)
    return np.concatenate([quantiles, (losses > 0).mean(axis=-1)[None]])
