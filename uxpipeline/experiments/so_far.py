"""What a running test shows so far: an interval that holds on whichever day one looks. It decides nothing."""

import math
from dataclasses import dataclass

from uxpipeline.experiments.counts import DayCounts
from uxpipeline.experiments.design import Design
from uxpipeline.experiments.outcome import effect

FEWEST_UNITS, FEWEST_CONVERSIONS = 100, 25
"""Per arm; below, the normal approximation is not trusted."""


@dataclass(frozen=True)
class SoFar:
    """Relative change of the conversion rate as measured, and where the truth lies with 1 − α, all days together."""

    low: float
    naive: float
    high: float


def so_far(design: Design, counts: DayCounts) -> SoFar | None:
    """The effect as measured by now, on the log scale; None while there is too little to tell."""
    units = float(min(counts.n_a.sum(), counts.n_b.sum()))
    conversions = float(min(counts.c_a.sum(), counts.c_b.sum()))
    if units < FEWEST_UNITS or conversions < FEWEST_CONVERSIONS:
        return None
    measured = effect(counts)
    total = float(counts.n_a.sum() + counts.n_b.sum())
    half = half_width(measured.variance, total, design.units / 2, design.alpha)
    low, middle, high = (math.expm1(measured.log_ratio + step * half) for step in (-1, 0, 1))
    return SoFar(low, middle, high)


def half_width(variance: float, units: float, tightest: float, alpha: float) -> float:
    """Half the width of an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, eq. 8).

    √v · √(2 (N ρ² + 1) / (N ρ²) · ln(√(N ρ² + 1) / α)) with ρ² = (−2 ln α + ln(1 − 2 ln α)) / N*.

    Args:
        variance: v, of the estimate now.
        units: N, that it rests on.
        tightest: N*, units at which the sequence is tightest.
        alpha: two-sided error of all days together.
    """
    grown = units * (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / tightest
    return math.sqrt(variance) * math.sqrt(2 * (grown + 1) / grown * math.log(math.sqrt(grown + 1) / alpha))
