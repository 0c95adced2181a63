"""Group-sequential boundaries: how large z has to be at each look so that all looks together err with probability α.

α is spent with the O'Brien–Fleming-like function of Lan & DeMets (1983, Biometrika 70:659), α/2 on each side. The
probability of a first crossing is integrated over the continuation region from look to look (Armitage, McPherson & Rowe
1969; Jennison & Turnbull 2000, chapter 19), here with Gauss–Legendre nodes. `gsdesign` does the same on another grid,
takes 80 ms a look and is what this is tested against.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy import optimize, special

from uxpipeline.experiments.counts import Floats

_NODES = 160
_WIDEST = 8.5
"""Nothing is expected beyond, nor is a boundary."""
_LEAST_SPENT = 1e-12
"""A look that would spend less stops nothing."""


def spent(share: float, alpha: float) -> float:
    """Two-sided α spent on one side by an information share: 2 − 2 Φ(z_{1−α/4} / √s), at most α/2.

    Args:
        share: of the planned information, not negative; above 1 counts as 1.
        alpha: two-sided error of the whole test.
    """
    if share <= 0:
        return 0.0
    quantile = special.ndtri(1 - alpha / 4)
    return float(2 * special.ndtr(-quantile / math.sqrt(min(share, 1.0))))


def boundaries(spending: Sequence[float], information: Sequence[float]) -> tuple[float, ...]:
    """Boundary of |z| at each look; infinite where a look spends nothing.

    Args:
        spending: one-sided error spent up to and including each look, not falling.
        information: at each look in any unit, rising; its ratios give the correlation between looks.
    """
    return tuple(_looks(tuple(spending), tuple(information)).bounds)


@dataclass(frozen=True)
class _Walk:
    """Where z may be after the looks so far without having crossed: density times weight at the nodes."""

    bounds: tuple[float, ...]
    nodes: Floats
    mass: Floats


@lru_cache(maxsize=200_000)
def _looks(spending: tuple[float, ...], information: tuple[float, ...]) -> _Walk:
    # Looks share their history with those before them, so that each is integrated once.
    if not spending:
        return _Walk((), np.zeros(1), np.ones(1))
    before = _looks(spending[:-1], information[:-1])
    earlier = information[-2] if len(information) > 1 else 0.0
    budget = spending[-1] - (spending[-2] if len(spending) > 1 else 0.0)
    return _next(before, earlier / information[-1], budget)


def _next(before: _Walk, ratio: float, budget: float) -> _Walk:
    """One look more: z_k = √r z_{k−1} + √(1−r) ε with r the earlier information over this one's."""
    centre, spread = math.sqrt(ratio) * before.nodes, math.sqrt(max(1 - ratio, 1e-12))

    def crossing(bound: float) -> float:
        return float(before.mass @ special.ndtr((centre - bound) / spread)) - budget

    bound = math.inf
    if budget > _LEAST_SPENT and crossing(_WIDEST) < 0 < crossing(0.0):
        bound = float(optimize.brentq(crossing, 0.0, _WIDEST, xtol=1e-10))
    points, weights = _legendre()
    edge = min(bound, _WIDEST)
    nodes = edge * points
    density = np.exp(-0.5 * ((nodes[:, None] - centre[None, :]) / spread) ** 2) / (spread * math.sqrt(2 * math.pi))
    return _Walk((*before.bounds, bound), nodes, edge * weights * (density @ before.mass))


@cache
def _legendre() -> tuple[Floats, Floats]:
    points, weights = np.polynomial.legendre.leggauss(_NODES)
    return np.asarray(points), np.asarray(weights)
