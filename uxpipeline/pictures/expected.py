"""What proposals are expected to change, as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from uxpipeline.pictures import svg
from uxpipeline.pictures.columns import HEAD, Column, Interval
from uxpipeline.pictures.scale import Scale

_WIDTH, _ROW, _LEFT, _LONGEST = 1000, 50, 24, 120


@dataclass(frozen=True)
class ExpectedChange:
    """Relative change of a metric: its median and the ends of its 80 % interval."""

    name: str
    median: float
    low: float
    high: float


def expected_picture(changes: Sequence[ExpectedChange]) -> str:
    """An SVG with a row per proposal, on one scale around zero."""
    scale = Scale.around_zero([*(change.low for change in changes), *(change.high for change in changes)])
    labels = f"{scale.start:+.0%}" if scale.start else "0%", f"{scale.end:+.0%}"
    column = Column("Expected relative change (80 % interval)", _LEFT, 700, scale, labels)
    bottom = HEAD + _ROW * len(changes)
    parts = list(column.head(bottom - 4))
    for number, change in enumerate(changes):
        top = HEAD + _ROW * number
        parts.append(svg.words(_LEFT, top + 14, svg.cut(change.name, _LONGEST), weight=600))
        y = top + 32
        parts += column.mark(y, Interval(change.median, change.low, change.high))
        parts.append(column.figures(y, f"{change.median:+.1%} ({change.low:+.1%} to {change.high:+.1%})"))
    return svg.document(_WIDTH, bottom + 12, parts)
