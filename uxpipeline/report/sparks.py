"""Small curves of recent days, as wide as the cell they are in."""

from collections.abc import Sequence
from dataclasses import dataclass

from uxpipeline.friction.store import DayScore
from uxpipeline.pictures.band import Figure, Point, band
from uxpipeline.pictures.scale import Scale

_WIDTH, _HEIGHT = 100, 24


@dataclass(frozen=True)
class Spark:
    """A line and its band as SVG points in a box of 100 by 24."""

    line: str
    band: str


def spark(days: Sequence[DayScore], figure: Figure, scale: Scale) -> Spark | None:
    """A surface's recent days; None where there are not two of them."""
    if len(days) < 2:
        return None
    found = band(days, figure, scale, (days[0].as_of, days[-1].as_of))
    if len(found.middle) < 2:
        return None
    return Spark(_points(found.middle), _points(found.outline))


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x * _WIDTH:.1f},{y * _HEIGHT:.1f}" for x, y in points)
