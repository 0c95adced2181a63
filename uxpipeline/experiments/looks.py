"""Looks at whole weeks: what was found, how large it had to be, and whether going on makes sense."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from uxpipeline.experiments.boundaries import boundaries, spent
from uxpipeline.experiments.cmh import Score
from uxpipeline.experiments.counts import DayCounts
from uxpipeline.experiments.design import Design

FUTILE_BELOW = 0.20
FUTILE_FROM = 0.5
"""Share of the planned units from which a test may be given up."""
_LEAST_NEWS = 0.01
"""Share of new information below which a week is no look: what it would spend is left to the next."""
_DIGITS = 4
"""Information fractions are rounded, so that boundaries can be looked up; to 0.001 they would move z by up to 0.002."""


@dataclass(frozen=True)
class Look:
    """One look.

    Attributes:
        week: whole weeks since the start.
        share: of the planned units, at most 1.
        z: standardised score, positive where B is better.
        boundary: of |z|; infinite where the look stops nothing.
        final: the last one: all error left is spent.
        conditional_power: probability of B crossing at the end if the planned effect is true; None at the final look.
    """

    week: int
    share: float
    z: float
    boundary: float
    final: bool
    conditional_power: float | None

    @property
    def futile(self) -> bool:
        """Whether B would hardly win any more even if it did what it promised."""
        return (
            self.conditional_power is not None and self.share >= FUTILE_FROM and self.conditional_power < FUTILE_BELOW
        )


def looks(design: Design, counts: DayCounts, score: Score) -> Iterator[Look]:
    """All looks the days allow, oldest first, up to the final one.

    Boundaries depend on the data of their own and earlier looks only, and are those of a test without futility.

    Args:
        design: the frozen design.
        counts: complete cohort days from the first on.
        score: cumulative score of the same days.
    """
    seen = np.minimum(np.cumsum(counts.effective) / design.units, 1.0)
    scale = design.units / 4 * design.baseline * (1 - design.baseline)
    spending: list[float] = []
    information: list[float] = []
    for week in range(1, min(len(counts) // design.look_every, design.last_look) + 1):
        day = week * design.look_every - 1
        share = round(float(seen[day]), _DIGITS)
        final = share >= 1 or week == design.last_look
        known = max(round(float(score.v[day] / scale), _DIGITS), 10**-_DIGITS)
        if not final and information and known < information[-1] * (1 + _LEAST_NEWS):
            continue
        spending.append(spent(1.0 if final else share, design.alpha))
        information.append(max(known, information[-1] * (1 + 1e-4) if information else 0.0))
        bound = boundaries(spending, information)[-1]
        z = float(score.z[day])
        power = None if final else _conditional_power(design, z, share, spending, information)
        yield Look(week, share, z, bound, final, power)
        if final:
            return


def _conditional_power(
    design: Design, z: float, share: float, spending: list[float], information: list[float]
) -> float | None:
    """Φ((z √s − c + θ (1 − s)) / √(1 − s)) with θ = z_{1−α/2} + z_{power} (Lan, Simon & Halperin 1982).

    c is the boundary if the next look were the final one.
    """
    if share < FUTILE_FROM:
        return None
    last = boundaries([*spending, design.alpha / 2], [*information, round(information[-1] / share, _DIGITS)])[-1]
    drift = special.ndtri(1 - design.alpha / 2) + special.ndtri(design.power)
    return float(special.ndtr((z * math.sqrt(share) - last + drift * (1 - share)) / math.sqrt(1 - share)))
