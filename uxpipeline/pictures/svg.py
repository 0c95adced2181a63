"""Small drawings as SVG, for places where nothing can be installed and nothing may be loaded.

A drawing brings its own light ground, so that it can be read on a dark page; text of any origin stays text.
"""

import base64
from collections.abc import Iterable
from html import escape

INK, SOFT, FAINT, GROUND = "#1c2430", "#5d6675", "#e2e0da", "#ffffff"
ACCENT, RANGE = "#b4431c", "#e8b39c"
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def document(width: float, height: float, parts: Iterable[str]) -> str:
    """A whole drawing."""
    size = f'width="{width:g}" height="{height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:g} {height:g}"'
        ' font-family="system-ui, sans-serif" font-size="12">'
        f'<rect {size} rx="8" fill="{GROUND}"/>{"".join(parts)}</svg>'
    )


def data_uri(drawing: str) -> str:
    """A drawing as the address of an image; there no script of it would run."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


def words(x: float, y: float, text: str, *, colour: str = INK, anchor: str = "start", weight: int = 400) -> str:
    """Text that starts, is centred (`middle`) or ends at `x`; marks that cannot be printed are made visible."""
    printable = escape("".join(mark if mark.isprintable() else _UNREADABLE for mark in text))
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-weight="{weight}">{printable}</text>'


def cut(text: str, most: int) -> str:
    """The end of a long name: paths and selectors tell one another apart there."""
    return text if len(text) <= most else f"…{text[1 - most :]}"


def line(start: tuple[float, float], end: tuple[float, float], *, colour: str, width: float = 1) -> str:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width:g}"/>'


def dot(x: float, y: float, *, radius: float = 4, colour: str = ACCENT) -> str:
    """A best estimate."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}"/>'


def curve(points: Iterable[tuple[float, float]], *, colour: str = ACCENT) -> str:
    """Estimates in a row."""
    return f'<polyline points="{_places(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'


def area(points: Iterable[tuple[float, float]]) -> str:
    """What lies between the ends of intervals in a row."""
    return f'<polygon points="{_places(points)}" fill="{RANGE}" fill-opacity="0.55"/>'


def _places(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
