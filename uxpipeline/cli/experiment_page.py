"""One test as people read it in a terminal."""

import math

from rich.table import Table

from uxpipeline.cli.console import out
from uxpipeline.cli.plots import interval_line, interval_plot
from uxpipeline.experiments.store import StoredTest
from uxpipeline.experiments.trajectory import Way
from uxpipeline.report.wording import text

_WIDEST = 5.0
_DESIGN = (
    "target",
    "baseline",
    "minimum_effect",
    "alpha",
    "power",
    "per_arm",
    "max_days",
    "look_every",
    "share_b",
    "ramp",
    "window_hours",
)


def experiment_page(test: StoredTest, way: Way | None) -> None:
    """Print the design, the looks between their boundaries, the last decision and the measured effect."""
    out.print(f"{text(test.test_name, 300)} ({test.status})", style="bold")
    table = Table("Design", "", box=None)
    for name in _DESIGN:
        table.add_row(name, text(test.design.get(name, "")))
    out.print(table)
    if way is None:
        out.print("No cohort is complete yet.")
        return
    counts = way.days.counts
    out.print(
        f"A {counts.c_a.sum():.0f} of {counts.n_a.sum():.0f}, B {counts.c_b.sum():.0f} of {counts.n_b.sum():.0f},"
        f" {len(counts)} days; {way.days.excluded} units saw both and are left out."
    )
    for line in looks_plot(way, out.width):
        out.print(line, soft_wrap=True)
    if test.decision:
        out.print(
            f"{test.as_of}: {test.decision} ({text(test.reason or '')}); harm e {test.harm_e:.3g} (20 rolls back),"
            f" split p {test.srm_p:.3g} (0.01 pauses)"
        )
    running = way.so_far if test.status in {"active", "paused"} else None
    if running:
        for line in interval_plot([("so far", running.low, running.naive, running.high)], out.width):
            out.print(line, soft_wrap=True)
        out.print("The interval holds on whichever day you look; only the looks above decide.")
    outcome = test.outcome
    if {"low", "naive", "high"} <= outcome.keys():
        for line in interval_plot([("measured", outcome["low"], outcome["naive"], outcome["high"])], out.width):
            out.print(line, soft_wrap=True)
        out.print(f"After shrinkage: {outcome['impact']:+.1%}")


def looks_plot(way: Way, width: int) -> list[str]:
    """One line per look: z between the boundaries it would have to leave; `━` goes on, beyond it a variant wins."""
    lines = []
    for look in way.path.looks:
        bound = look.boundary if math.isfinite(look.boundary) else 99.0
        shown = min(bound, _WIDEST)
        room = max(min(width - 44, 60), 10)
        drawn = interval_line(-shown, look.z, shown, (-_WIDEST, _WIDEST), room)
        needed = f"{bound:.2f}" if math.isfinite(look.boundary) else "–"
        lines.append(f"week {look.week:>2}  {look.share:>4.0%}  {drawn}  z {look.z:+.2f}, needs {needed}")
    return lines
