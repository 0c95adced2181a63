"""What a refresh and the reading of its results cost: seconds, and the memory of the server's processes."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import psutil
from psycopg import sql

from benchmarks.refresh_oracle import RELATIONS, count_unlike, read
from uxpipeline.db.connect import Connection, transaction
from uxpipeline.marts.refresh import refresh_marts

MATERIALIZED, VIEWS = RELATIONS[:2], RELATIONS[2:]
KEYS = {"daily_friction_summary": "date, element_path, event_type", "component_performance": "component_id, page_url"}
QUERIES = {
    "friction_points, top 20": "select * from {}.friction_points order by event_count desc limit 20",
    "friction_points, count": "select count(*) from {}.friction_points",
    "session_analytics, top 20": "select * from {}.session_analytics order by rage_click_count desc limit 20",
    "session_analytics, count": "select count(*) from {}.session_analytics",
    "conversion_impact": "select * from {}.conversion_impact order by total_conversions desc",
    "component_performance, top 20": "select * from {}.component_performance order by rage_clicks desc limit 20",
    "daily_friction_summary, top 20": "select * from {}.daily_friction_summary order by event_count desc limit 20",
}
_SAMPLE_SECONDS = 0.1


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and of processor time, and the most memory (MB) the server held beside shared buffers meanwhile.

    Where other work shares the processors, their time is what to compare.
    """

    seconds: float
    processor: float
    memory: float

    def __add__(self, other: "Cost") -> "Cost":
        """One after the other."""
        return Cost(self.seconds + other.seconds, self.processor + other.processor, max(self.memory, other.memory))


class Watch:
    """Samples the private memory of a server's processes while the block runs."""

    def __init__(self, server_pid: int) -> None:
        self._server = psutil.Process(server_pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.peak = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def processor_seconds(self) -> float:
        """What the server's processes have spent so far, those that ended included."""
        server = self._server.cpu_times()
        ended = server.children_user + server.children_system
        return ended + sum(map(_processor_seconds, self._server.children()))

    def _sample(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(map(_private_bytes, self._server.children())))


def cost(server_pid: int, action: Callable[[], object]) -> Cost:
    """Run `action` once and say what it cost."""
    with Watch(server_pid) as watch:
        started, spent = time.perf_counter(), watch.processor_seconds()
        action()
        return Cost(time.perf_counter() - started, watch.processor_seconds() - spent, watch.peak / 2**20)


def refresh_ours(connection: Connection) -> None:
    """The pipeline's refresh, until it owes nothing."""
    while refresh_marts(connection, datetime.now(UTC)).backlog_days:
        pass


def make_seed(connection: Connection) -> None:
    """The seed's relations in a schema of their own, over the same raw tables, with the seed's unique indexes."""
    with transaction(connection):
        connection.execute("create schema seed")
        for relation in RELATIONS:
            connection.execute(read(f"seed_{relation}"))
        for relation, columns in KEYS.items():
            index = sql.SQL("create unique index on seed.{} ({})")
            connection.execute(index.format(sql.Identifier(relation), sql.SQL(columns)))


def refresh_seed(connection: Connection, how: str) -> None:
    """The seed's full refresh: `concurrently`, or plainly where `how` is empty; with the memory that ours has."""
    for relation in MATERIALIZED:
        with transaction(connection):
            connection.execute("set local work_mem = '64MB'")
            connection.execute("set local jit = off")
            command = sql.SQL("refresh materialized view {} seed.{}")
            connection.execute(command.format(sql.SQL(how), sql.Identifier(relation)))


def store_seed_views(connection: Connection) -> None:
    """What the seed's three views say, computed from raw rows and stored, as our facts hold it after a refresh."""
    for relation in VIEWS:
        with transaction(connection):
            connection.execute("set local work_mem = '64MB'")
            connection.execute("set local jit = off")
            command = sql.SQL("create temporary table stored on commit drop as select * from {}")
            connection.execute(command.format(sql.Identifier("seed", relation)))


def unlike_seed(connection: Connection) -> int:
    """Rows, either way, by which our five relations differ from the seed's."""
    with transaction(connection):
        return sum(
            count_unlike(
                connection,
                sql.Identifier("public", relation),
                sql.SQL("select * from {}").format(sql.Identifier("seed", relation)),
            )
            for relation in RELATIONS
        )


def latency(connection: Connection, query: str, schema: str, times: int) -> float:
    """The fastest of some runs of a query, in seconds."""
    statement = sql.SQL(query).format(sql.Identifier(schema))
    return min(_seconds(lambda: connection.execute(statement).fetchall()) for _ in range(times))


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _processor_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def _private_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:  # it ended, or is not ours to look at
        return 0
