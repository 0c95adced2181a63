"""What a refresh and the reading of its results cost: seconds, and the memory of the server's processes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil
from psycopg import sql

from benchmarks.refresh_oracle import AS_STORED, RELATIONS, count_unlike, definition
from benchmarks.sampling import Peak
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


class Server:
    """The processes of a server: what they have spent and what they hold."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def processor_seconds(self) -> float:
        """What the server's processes have spent so far, those that ended included."""
        times = self._process.cpu_times()
        ended = times.children_user + times.children_system
        return ended + sum(map(_processor_seconds, self._process.children()))

    def private_bytes(self) -> int:
        """Their memory beside shared buffers."""
        return sum(map(_private_bytes, self._process.children()))


def cost(server_pid: int, action: Callable[[], object]) -> Cost:
    """Run `action` once and say what it cost."""
    server = Server(server_pid)
    with Peak(server.private_bytes) as memory:
        started, spent = time.perf_counter(), server.processor_seconds()
        action()
        return Cost(time.perf_counter() - started, server.processor_seconds() - spent, memory.peak / 2**20)


def refresh_ours(connection: Connection) -> None:
    """The pipeline's refresh, until it owes nothing."""
    while refresh_marts(connection, datetime.now(UTC)).backlog_days:
        pass


def make_seed(connection: Connection) -> None:
    """The seed's relations in a schema of their own, over the same raw tables, with the seed's unique indexes."""
    with transaction(connection):
        connection.execute("create schema seed")
        for relation in RELATIONS:
            kind = sql.SQL("materialized view" if relation in MATERIALIZED else "view")
            command = sql.SQL("create {} seed.{} as {}")
            connection.execute(command.format(kind, sql.Identifier(relation), definition(relation, AS_STORED)))
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
