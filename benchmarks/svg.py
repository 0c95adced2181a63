"""A small line chart as SVG, both axes logarithmic: needs nothing installed."""

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _MARGIN = 720, 420, 70
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7")


def curves(axis: Sequence[float], lines: Mapping[str, Sequence[float]], x_name: str, y_name: str) -> str:
    """Return an SVG with one line per name over the values of `axis`; all numbers must be above 0."""
    values = [value for line in lines.values() for value in line]
    x_of, y_of = _scale(axis, _MARGIN, _WIDTH - _MARGIN), _scale(values, _HEIGHT - _MARGIN, _MARGIN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_WIDTH / 2, _HEIGHT - 20, x_name),
        _text(_MARGIN / 2, _MARGIN - 30, y_name),
        *(_text(x_of(x), _HEIGHT - _MARGIN + 20, f"{x:g}") for x in axis),
        *(_rule(y_of(y), y) for y in _decades(values)),
    ]
    for colour, (name, line) in zip(_COLOURS, lines.items(), strict=False):
        points = [(x_of(x), y_of(y)) for x, y in zip(axis, line, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        parts.append(_text(points[-1][0], points[-1][1] - 8, name, colour, "end"))
    return "\n".join([*parts, "</svg>", ""])


class _Scale:
    def __init__(self, low: float, high: float, first: float, last: float) -> None:
        self._low, self._span = math.log10(low), math.log10(high) - math.log10(low) or 1.0
        self._first, self._last = first, last

    def __call__(self, value: float) -> float:
        return self._first + (self._last - self._first) * (math.log10(value) - self._low) / self._span


def _scale(values: Sequence[float], first: float, last: float) -> _Scale:
    return _Scale(min(values), max(values), first, last)


def _decades(values: Sequence[float]) -> list[float]:
    first, last = math.ceil(math.log10(min(values))), math.floor(math.log10(max(values)))
    return [10.0**power for power in range(first, last + 1)]


def _rule(y: float, value: float) -> str:
    line = f'<line x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
    return line + _text(_MARGIN - 8, y + 4, f"{value:g}", anchor="end")


def _text(x: float, y: float, words: str, colour: str = "#333", anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="12" text-anchor="{anchor}">{escape(words)}</text>'
