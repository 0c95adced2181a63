"""What the generator proposes on synthetic sites whose truth is known: nothing, where nothing does harm.

Each site is scored and judged under profile `default`, guards included. Beside proposals the table counts friction that
passed every guard but the size of the site, and grades A and B: a false one of those could be proposed on a larger one.
"""

import sys
import time
from collections.abc import Iterator

import pandas as pd
from rich.console import Console
from rich.table import Table

from uxpipeline.db.connect import connect
from uxpipeline.db.migrate import migrate
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import fresh_database, temporary_home
from uxpipeline_tests.friction.worlds import WORLDS, World
from uxpipeline_tests.proposals.null_worlds import NULL_WORLDS, generate_in, proposed

SEEDS = range(30)
HARMFUL = tuple(world for world in WORLDS if world.name == "harmful")
_GRADED = "select count(*) from friction_scores where signal <> 'any' and evidence_grade in ('A', 'B')"


def main(seeds: range = SEEDS) -> None:
    """Draw, score and propose; print the table."""
    started = time.monotonic()
    with temporary_home() as home:
        settings = Settings.from_env({"UXPIPELINE_HOME": str(home)})
        server = EmbeddedServer(settings, fast=True)
        with server.running(), fresh_database(server.url()) as url:
            with connect(url) as connection:
                list(migrate(connection))
            sites = [(world, seed) for world in (*NULL_WORLDS, *HARMFUL) for seed in seeds]
            figures = pd.DataFrame(_figures(url, settings, sites))
    Console(width=120).print(table(figures))
    sys.stdout.write(f"{len(figures)} sites in {(time.monotonic() - started) / 60:.1f} minutes\n")


def _figures(url: str, settings: Settings, sites: list[tuple[World, int]]) -> Iterator[dict[str, object]]:
    for world, seed in sites:
        with connect(url) as connection, connection.transaction(force_rollback=True):
            generated = generate_in(connection, settings, world, seed)
            graded = connection.execute(_GRADED.encode()).fetchone()
            yield {
                "world": world.name,
                "made": len(generated.made),
                "proposed": proposed(generated),
                "graded": graded[0] if graded else 0,
            }


def table(figures: pd.DataFrame) -> Table:
    """A row per world: sites, and how many of them had any."""
    shown = Table("world", title="Sites on which the generator acts", box=None)
    for name in ("sites", "with proposals", "with proposals, were they larger", "with grade A or B"):
        shown.add_column(name, justify="right")
    for world, rows in figures.groupby("world", sort=False):
        found = ((rows[name] > 0).sum() for name in ("made", "proposed", "graded"))
        shown.add_row(str(world), str(len(rows)), *(str(count) for count in found))
    return shown


if __name__ == "__main__":
    main(range(int(sys.argv[1])) if len(sys.argv) > 1 else SEEDS)
