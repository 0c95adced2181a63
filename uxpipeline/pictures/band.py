"""Scores of several days as a line within a band, in shares of a drawing's width and height."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from uxpipeline.friction.store import DayScore
from uxpipeline.pictures.columns import Interval
from uxpipeline.pictures.scale import Scale

Figure = Literal["rate", "loss"]
Point = tuple[float, float]


@dataclass(frozen=True)
class Band:
    """Points from the left to the right, counted from the upper left corner."""

    middle: Sequence[Point]
    upper: Sequence[Point]
    lower: Sequence[Point]
    zero: float

    @property
    def outline(self) -> list[Point]:
        """The way around the band."""
        return [*self.upper, *reversed(self.lower)]


def interval_of(day: DayScore, figure: Figure) -> Interval | None:
    """A figure of a day; None where it was not estimated."""
    if figure == "rate":
        return Interval(day.rate, day.rate_low, day.rate_high)
    return Interval.known(day.lost_conversions, day.lost_low, day.lost_high)


def band(days: Sequence[DayScore], figure: Figure, scale: Scale, period: tuple[date, date]) -> Band:
    """The days on which a figure is known, where they lie in a period and on a scale."""
    span = (period[1] - period[0]).days or 1
    known = [((day.as_of - period[0]).days / span, found) for day in days if (found := interval_of(day, figure))]
    return Band(
        middle=[(x, 1 - scale.share(found.middle)) for x, found in known],
        upper=[(x, 1 - scale.share(found.high)) for x, found in known],
        lower=[(x, 1 - scale.share(found.low)) for x, found in known],
        zero=1 - scale.share(0.0),
    )
