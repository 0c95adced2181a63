"""Time and memory of scoring a day at 10,000 surfaces, facts given: the process and its server backend together."""

import sys
import time
from functools import partial

import psutil
from rich.console import Console

from benchmarks.sampling import Peak
from uxpipeline.db.connect import Connection, connect, transaction
from uxpipeline.db.migrate import migrate
from uxpipeline.db.sqlfiles import statement
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.friction.facts import Window
from uxpipeline.friction.parameters import Parameters
from uxpipeline.friction.scores import score_facts
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import fresh_database, temporary_home
from uxpipeline_tests.friction.worlds import AS_OF, NOW, World, draw_site
from uxpipeline_tests.friction.worlds_stored import store_facts, store_sessions

SURFACES = 10_000
_MEGABYTE = 1024 * 1024


def main(sessions: int = 150_000) -> None:
    """Print seconds and the memory that scoring adds."""
    world = World(
        "large", sessions=sessions, surfaces=SURFACES, traffic=1.6, harm=dict.fromkeys(range(0, SURFACES, 50), 0.5)
    )
    with temporary_home() as home:
        server = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home)}), fast=True)
        with server.running(), fresh_database(server.url()) as url, connect(url) as connection:
            list(migrate(connection))
            with transaction(connection):
                facts = _fill(connection, world)
                _measure(connection, facts)


def _fill(connection: Connection, world: World) -> int:
    site = draw_site(world, 0)
    connection.execute(statement("friction/score/settings"))
    store_sessions(connection, site)
    store_facts(connection, site, all_levels=False)
    row = connection.execute(b"select count(*) from pg_temp.session_surfaces").fetchone()
    return int(row[0]) if row else 0


def _measure(connection: Connection, facts: int) -> None:
    processes = [psutil.Process(), psutil.Process(connection.info.backend_pid)]
    used, parameters = _memory(processes), Parameters()
    with Peak(partial(_memory, processes)) as memory:
        started, before = time.monotonic(), [_cpu(process) for process in processes]
        scores = score_facts(connection, Window(AS_OF, NOW, parameters.window_days), parameters)
        seconds = time.monotonic() - started
        own, server = (_cpu(process) - used for process, used in zip(processes, before, strict=True))
    surfaces = scores[["surface_level", "surface_key"]].drop_duplicates()
    Console().print(
        f"{len(surfaces)} surfaces, {facts} facts, {scores['severity'].notna().sum()} severities: {seconds:.1f} s"
        f" (CPU: {own:.1f} s of Python, {server:.1f} s of the server),"
        f" {max(memory.peak - used, 0) / _MEGABYTE:.0f} MB beyond what was used before"
    )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _memory(processes: list[psutil.Process]) -> int:
    return sum(process.memory_info().rss for process in processes)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
