"""A small line chart as SVG, both axes logarithmic."""

import math
from collections.abc import Mapping, Sequence

from uxpipeline.pictures import svg

_WIDTH, _HEIGHT, _MARGIN = 720, 420, 70
_RIGHT = _WIDTH - 160
"""Where the lines end and their names begin."""
_LINE_HEIGHT = 16
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9")


def curves(axis: Sequence[float], lines: Mapping[str, Sequence[float]], x_name: str, y_name: str) -> str:
    """Return an SVG with one line per name over the values of `axis`; all numbers must be above 0."""
    values = [value for line in lines.values() for value in line]
    x_of, y_of = _scale(axis, _MARGIN, _RIGHT), _scale(values, _HEIGHT - _MARGIN, _MARGIN)
    parts = [
        svg.words((_MARGIN + _RIGHT) / 2, _HEIGHT - 20, x_name, anchor="middle"),
        svg.words(_MARGIN / 2, _MARGIN - 30, y_name, anchor="middle"),
        *(svg.words(x_of(x), _HEIGHT - _MARGIN + 20, f"{x:g}", anchor="middle") for x in axis),
        *(_rule(y_of(y), y) for y in _decades(values)),
    ]
    names_at = _apart([y_of(line[-1]) + 4 for line in lines.values()])
    for colour, (name, line), name_at in zip(_COLOURS, lines.items(), names_at, strict=False):
        points = [(x_of(x), y_of(y)) for x, y in zip(axis, line, strict=True)]
        parts.append(svg.curve(points, colour=colour))
        parts += [svg.dot(x, y, radius=3, colour=colour) for x, y in points]
        parts.append(svg.words(_RIGHT + 10, name_at, name, colour=colour))
    return svg.document(_WIDTH, _HEIGHT, parts) + "\n"


class _Scale:
    def __init__(self, low: float, high: float, first: float, last: float) -> None:
        self._low, self._span = math.log10(low), math.log10(high) - math.log10(low) or 1.0
        self._first, self._last = first, last

    def __call__(self, value: float) -> float:
        return self._first + (self._last - self._first) * (math.log10(value) - self._low) / self._span


def _scale(values: Sequence[float], first: float, last: float) -> _Scale:
    return _Scale(min(values), max(values), first, last)


def _apart(places: Sequence[float]) -> list[float]:
    """Move what is written too close together upwards, the lowest line of it staying."""
    moved, free = list(places), math.inf
    for number in sorted(range(len(places)), key=lambda number: -places[number]):
        moved[number] = free = min(places[number], free)
        free -= _LINE_HEIGHT
    return moved


def _decades(values: Sequence[float]) -> list[float]:
    first, last = math.ceil(math.log10(min(values))), math.floor(math.log10(max(values)))
    return [10.0**power for power in range(first, last + 1)]


def _rule(y: float, value: float) -> str:
    rule = svg.line((_MARGIN, y), (_RIGHT, y), colour=svg.FAINT)
    return rule + svg.words(_MARGIN - 8, y + 4, f"{value:g}", anchor="end")
