"""The way of a test as people see it: looks, boundaries, evidence of harm; as rows and as a picture."""

from dataclasses import dataclass
from datetime import date
from html import escape

from uxpipeline.db.connect import Connection
from uxpipeline.experiments.decision import Trajectory, follow
from uxpipeline.experiments.design import Design
from uxpipeline.experiments.so_far import SoFar, so_far
from uxpipeline.experiments.store import StoredTest, TestDays, read_days

_WIDTH, _HEIGHT, _LEFT, _TOP = 560, 240, 40, 24
_HIGHEST = 5.0
_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#767676"


@dataclass(frozen=True)
class Way:
    """A test's days and everything decisions look at."""

    design: Design
    days: TestDays
    path: Trajectory

    @property
    def so_far(self) -> SoFar | None:
        """The effect as measured by now."""
        return so_far(self.design, self.days.counts)


def way_of(connection: Connection, test: StoredTest, as_of: date) -> Way | None:
    """The way of a test up to the cohorts complete by the end of a day; None before the first."""
    design = Design.read(test.design)
    days = read_days(connection, test.test_id, design, as_of)
    return Way(design, days, follow(design, days.counts, days.guardrails)) if days.days else None


def picture(test_id: str, way: Way) -> str:
    """An SVG: z day by day as a line, the boundaries of the looks as bars to reach, above or below."""
    every = way.design.look_every
    last = max(way.design.last_look * every, len(way.days.days))
    highest = max(_HIGHEST, *(abs(float(z)) for z in way.path.z))

    def x(day: float) -> float:
        return _LEFT + (_WIDTH - 2 * _LEFT) * day / last

    def y(z: float) -> float:
        return _HEIGHT / 2 - (_HEIGHT / 2 - _TOP) * z / highest

    line = " ".join(f"{x(day + 1):.1f},{y(float(z)):.1f}" for day, z in enumerate(way.path.z))
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" role="img" font-size="11"'
            ' font-family="sans-serif">'
        ),
        f"<title>z of test {escape(test_id)} by day, with the boundaries of its looks</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<line x1="{_LEFT}" x2="{_WIDTH - _LEFT}" y1="{y(0)}" y2="{y(0)}" stroke="{_GREY}"/>',
        *(_label(4, y(z) + 4, f"{z:+d}" if z else "0") for z in (-4, -2, 0, 2, 4)),
        *(_label(x(week * every) - 8, _HEIGHT - 6, f"{week}w") for week in range(1, last // every + 1)),
        _label(_LEFT, 14, "B better above, worse below; bars: what a look had to reach"),
    ]
    for look in way.path.looks:
        for bound in (look.boundary, -look.boundary):
            if abs(bound) <= highest:
                at, high = x(look.week * every), y(bound)
                parts.append(
                    f'<line x1="{at - 9:.1f}" x2="{at + 9:.1f}" y1="{high:.1f}" y2="{high:.1f}" stroke="{_ORANGE}"'
                    ' stroke-width="3"/>'
                )
    parts.append(f'<polyline points="{line}" fill="none" stroke="{_BLUE}" stroke-width="2"/>')
    return "".join([*parts, "</svg>"])


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{_GREY}">{escape(text)}</text>'
