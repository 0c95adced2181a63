"""Intervals as a line of characters, as wide as the terminal allows."""

from collections.abc import Sequence

_LINE, _BAR, _POINT, _ZERO = "·", "━", "●", "│"


def interval_line(low: float, middle: float, high: float, ends: tuple[float, float], width: int) -> str:
    """An interval on a scale: `··━━●━━··`, zero as `│` where it lies inside the scale and is not covered.

    Every character is one cell wide, nothing depends on colour, and the line is exactly `width` characters.
    """
    start, end = ends
    cells = [_LINE] * max(width, 1)

    def place(value: float) -> int:
        share = (value - start) / (end - start) if end > start else 0.0
        return min(max(round(share * (len(cells) - 1)), 0), len(cells) - 1)

    if start <= 0 <= end:
        cells[place(0.0)] = _ZERO
    for cell in range(place(low), place(high) + 1):
        cells[cell] = _BAR
    cells[place(middle)] = _POINT
    return "".join(cells)


def interval_plot(rows: Sequence[tuple[str, float, float, float]], width: int, digits: int = 1) -> list[str]:
    """Shares with their intervals on one scale that holds them all and zero.

    Args:
        rows: name, low, middle, high.
        width: of the terminal; names and figures have their place first.
        digits: of the percentages.
    """
    if not rows:
        return []
    ends = (min(0.0, *(low for _, low, _, _ in rows)), max(0.0, *(high for _, _, _, high in rows)))
    figures = [f"{middle:+.{digits}%} ({low:+.{digits}%} to {high:+.{digits}%})" for _, low, middle, high in rows]
    names = max(len(name) for name, *_ in rows)
    room = min(width - names - max(map(len, figures)) - 4, 60)
    lines = []
    for (name, low, middle, high), figure in zip(rows, figures, strict=True):
        drawn = f"{interval_line(low, middle, high, ends, room)}  " if room >= 10 else ""
        lines.append(f"{name:<{names}}  {drawn}{figure}")
    return lines
