"""What the refresh benchmark measured, and its tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from benchmarks.refresh_timing import Cost


@dataclass
class Measured:
    """One world's figures: seconds, megabytes, and rows that differ from the seed's."""

    events: int
    days: int
    new: int
    made: Cost
    first_build: Cost
    seed: dict[str, Cost] = field(default_factory=dict)
    ours: dict[str, Cost] = field(default_factory=dict)
    full: dict[str, Cost] = field(default_factory=dict)
    views: dict[str, Cost] = field(default_factory=dict)
    unlike: dict[str, int] = field(default_factory=dict)
    queries: dict[str, tuple[float, float]] = field(default_factory=dict)
    events_mb: float = 0.0
    facts_mb: float = 0.0
    database_mb: float = 0.0


def print_costs(found: Sequence[Measured]) -> None:
    """What a refresh costs in each scenario, ours beside the seed's."""
    table = Table(title="Refreshing after ...: seconds (of processors), memory of the server (MB), rows that differ")
    for column in (
        "events",
        "days",
        "new",
        "scenario",
        "ours s (cpu)",
        "two seed matviews",
        "share (cpu)",
        "all five of the seed",
        "share (cpu)",
        "ours MB",
        "seed MB",
        "unlike",
    ):
        table.add_column(column, justify="left" if column == "scenario" else "right")
    for one in found:
        for scenario, ours in one.ours.items():
            full = one.full[scenario]
            everything = full + one.views[scenario]
            table.add_row(
                f"{one.events:,}", str(one.days), f"{one.new:,}", scenario, _seconds(ours),
                _seconds(full), _share(ours, full), _seconds(everything), _share(ours, everything),
                f"{ours.memory:.0f}", f"{full.memory:.0f}", str(one.unlike[scenario]),
            )  # fmt: skip
    Console(width=160).print(table)


def print_queries(found: Sequence[Measured]) -> None:
    """How long reading takes: ours the best of three, the seed's once."""
    table = Table(title="Reading, ours / the seed's, milliseconds")
    table.add_column("query")
    for one in found:
        table.add_column(f"{one.events:,} events", justify="right")
    for name in found[0].queries if found else ():
        pairs = (one.queries[name] for one in found)
        table.add_row(name, *(f"{1000 * ours:,.0f} / {1000 * seeds:,.0f}" for ours, seeds in pairs))
    Console(width=120).print(table)


def print_sizes(found: Sequence[Measured]) -> None:
    """Disk, and the costs that are paid once."""
    table = Table(title="Disk (MB), and the seconds and memory (MB) of what is done once")
    columns = (
        "events",
        "days",
        "events MB",
        "facts MB",
        "database MB",
        "made s",
        "first refresh s",
        "MB",
        "seed plain s",
    )
    for column in (*columns, "seed concurrent s"):
        table.add_column(column, justify="right")
    for one in found:
        table.add_row(
            f"{one.events:,}", str(one.days),
            *(f"{size:,.0f}" for size in (one.events_mb, one.facts_mb, one.database_mb)),
            f"{one.made.seconds:.0f}", f"{one.first_build.seconds:.1f}", f"{one.first_build.memory:.0f}",
            *(f"{seed.seconds:.1f}" for seed in one.seed.values()),
        )  # fmt: skip
    Console(width=120).print(table)


def _share(ours: Cost, theirs: Cost) -> str:
    return f"{ours.seconds / theirs.seconds:.1%} ({ours.processor / max(theirs.processor, 0.01):.1%})"


def _seconds(cost: Cost) -> str:
    return f"{cost.seconds:.2f} ({cost.processor:.2f})"
