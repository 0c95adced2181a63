"""How often the 90 % intervals of friction rates hold the true rate, ours beside the intervals a raw rate would get.

Worlds draw each surface's true rate from a Beta distribution and its traffic from a log-normal one. `wald` is the
textbook normal interval around affected / exposed.
"""

from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats

from uxpipeline.friction.rates import Counts, Floats, estimate_rates, fit_prior

SURFACES = (5, 30, 300, 3000)
WORLDS = {"common": (2.0, 8.0), "rare": (1.0, 20.0), "very rare": (0.5, 50.0), "alike": (200.0, 800.0)}
DRAWS = 6_000
Interval = Callable[[Counts, Counts], tuple[Floats, Floats]]


def main() -> None:
    """Print coverage per world and number of surfaces; nominal is 90 %."""
    table = Table("world", "surfaces", "uxpipeline", "wald", title="Share of 90 % intervals that hold the true rate")
    for world, shape in WORLDS.items():
        for surfaces in SURFACES:
            shares = (coverage(shape, surfaces, interval) for interval in (_ours, _wald))
            table.add_row(world, str(surfaces), *(f"{share:.1%}" for share in shares))
    Console().print(table)


def coverage(shape: tuple[float, float], surfaces: int, interval: Interval) -> float:
    """Share of intervals that hold the truth, over about `DRAWS` surfaces of a world."""
    draw = np.random.default_rng(20261122)
    held = drawn = 0
    while drawn < DRAWS:
        truth = draw.beta(*shape, surfaces)
        exposed = np.exp(draw.normal(4.5, 1.0, surfaces)).astype(np.int64) + 1
        low, high = interval(draw.binomial(exposed, truth), exposed)
        held += int(((low <= truth) & (truth <= high)).sum())
        drawn += surfaces
    return held / drawn


def _ours(affected: Counts, exposed: Counts) -> tuple[Floats, Floats]:
    rates = estimate_rates(affected, exposed, fit_prior(affected, exposed))
    return rates.low, rates.high


def _wald(affected: Counts, exposed: Counts) -> tuple[Floats, Floats]:
    rate = affected / exposed
    half = stats.norm.ppf(0.95) * np.sqrt(rate * (1 - rate) / exposed)
    return rate - half, rate + half
