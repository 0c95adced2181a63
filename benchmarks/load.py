"""What loading a file costs: our whole path beside COPY of the same rows, dlt and pandas, in one run.

    python -m benchmarks.load [--rows N] [--only ours floor dlt pandas] [--rounds N] [--peer-rows N] [--json FILE]
    python -m benchmarks.load --memory MB

Ours is `uxpipeline load` as users run it: a native file is parsed, checked, masked, staged, audited and published. The
floor is COPY of the rows that ours stored, as CSV, into the same tables: partitions, keys, indexes, checks and foreign
keys included. Its CSV has them in the order of the file; that of `sorted_floor` in the order in which ours stored them,
session by session, which spares COPY the scattered inserts into the key. Each runs as a program of its own, on an
embedded server of its own with its ordinary settings, rounds interleaved. dlt merges into a table of its own making,
pandas appends to ours; both may be given fewer rows: rates are compared. dlt comes from the environment of
`--dlt-python`; it is no dependency of ours.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

import psutil
from psycopg import sql
from rich.console import Console
from rich.table import Table

from benchmarks.load_lines import write_events
from benchmarks.load_peers import ARRIVED_BY, TABLES
from benchmarks.refresh_timing import Server
from benchmarks.sampling import Peak
from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import migrate
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings

ROWS, DAYS = 300_000, 10
WAYS = ("ours", "floor", "sorted_floor", "dlt", "pandas")
_ARRIVED, _STORED = "arrived", "stored"
SMALL_MB = 2
_MEGABYTE = 2**20
_LINE_BYTES = 480


@dataclass(frozen=True)
class Figures:
    """One way's cost: seconds, and the most memory (MB) that the loading process held, alone and with its children.

    Of ours also the seconds of its audit, which may wait for the import of Great Expectations, and of publishing.
    """

    way: str
    rows: int
    seconds: float
    client_processor: float
    server_processor: float
    own_memory: float
    memory: float
    audit: float | None = None
    publish: float | None = None

    @property
    def stages(self) -> str:
        """Seconds of ours until all lines were staged, for the audit, for publishing."""
        if self.audit is None or self.publish is None:
            return ""
        return f"{self.seconds - self.audit - self.publish:.1f} + {self.audit:.1f} + {self.publish:.1f}"

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


class Bench:
    """A server, and a folder for files."""

    def __init__(self, server: EmbeddedServer, folder: Path, dlt_python: str) -> None:
        self._server = server
        self._folder = folder
        self._dlt_python = dlt_python
        self._last = datetime.now(UTC)

    def file(self, rows: int) -> Path:
        """A native file of so many events."""
        path = self._folder / f"{rows}.ndjson"
        if not path.exists():
            write_events(path, rows, DAYS, self._last)
        return path

    def ours(self, rows: int) -> Figures:
        """Load a file into an empty database, and keep what it stored for the others."""
        path = self.file(rows)
        with self._database("bench") as (url, connection):
            times = self._folder / "stages.json"
            command = [sys.executable, "-m", "benchmarks.load_stages", str(path), str(times)]
            found = self._run("ours", rows, command, {"UXPIPELINE_DATABASE_URL": url})
            found = replace(found, **json.loads(times.read_text(encoding="utf-8")))
            _require(connection, rows)
            for table, columns in TABLES.items():
                self._dump(connection, table, columns, _STORED)
                self._dump(connection, table, columns, _ARRIVED, ARRIVED_BY[table])
        return found

    def floor(self, rows: int) -> Figures:
        """COPY what ours stored into empty tables, in the order of the file."""
        return self._copy("floor", rows, self._folder / _ARRIVED)

    def sorted_floor(self, rows: int) -> Figures:
        """COPY what ours stored into empty tables, in the order in which it is stored."""
        return self._copy("sorted_floor", rows, self._folder / _STORED)

    def _copy(self, way: str, rows: int, folder: Path) -> Figures:
        with self._database("bench") as (url, connection):
            connection.execute(
                "select uxpipeline.ensure_event_partitions(%s::date - %s, %s::date + 1)", [self._last, DAYS, self._last]
            )
            found = self._run(way, rows, _peer("floor", url, folder))
            _require(connection, rows)
        return found

    def dlt(self, rows: int) -> Figures:
        """Merge into dlt's own table."""
        with self._database("bench") as (url, _):
            command = [self._dlt_python, *_peer("dlt", url, self.file(rows))[1:]]
            return self._run("dlt", rows, command, {"DLT_DATA_DIR": str(self._folder / "dlt")})

    def pandas(self, rows: int) -> Figures:
        """Append to our table; its sessions and partitions are there already."""
        path = self.file(rows)
        with self._database("bench") as (url, connection):
            connection.execute(
                "select uxpipeline.ensure_event_partitions(%s::date - %s, %s::date + 1)", [self._last, DAYS, self._last]
            )
            with path.open("rb") as lines:
                sessions = {json.loads(line)["session_id"] for line in lines}
            connection.execute(
                "insert into public.user_sessions (session_id, landing_page) select s, '/' from unnest(%s::text[]) s",
                [list(sessions)],
            )
            found = self._run("pandas", rows, _peer("pandas", url, path))
            _require(connection, rows)
        return found

    @contextmanager
    def _database(self, name: str) -> Iterator[tuple[str, Connection]]:
        self._server.drop_database(name)
        self._server.ensure_database(name)
        with connect(self._server.url(name)) as connection:
            list(migrate(connection))
            yield self._server.url(name), connection

    def _dump(
        self, connection: Connection, table: str, columns: Sequence[str], name: str, order: Sequence[str] = ()
    ) -> None:
        ordered = sql.SQL("order by {}").format(_names(order)) if order else sql.SQL("")
        command = sql.SQL("copy (select {} from {} {}) to stdout (format csv)").format(
            _names(columns), sql.Identifier("public", table), ordered
        )
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        with (folder / f"{table}.csv").open("wb") as file, connection.cursor().copy(command) as copy:
            for block in copy:
                file.write(block)

    def _run(self, way: str, rows: int, command: list[str], environment: dict[str, str] | None = None) -> Figures:
        server = Server(self._server.status().pid or 0)
        spent, started = server.processor_seconds(), time.perf_counter()
        given = {**os.environ, "UXPIPELINE_HOME": str(self._folder / "home"), **(environment or {})}
        with Popen(command, env=given, stdout=DEVNULL) as process:
            watched = psutil.Process(process.pid)
            with Peak(lambda: _memory(watched, children=False)) as alone, Peak(lambda: _memory(watched)) as together:
                _, status, usage = os.wait4(process.pid, 0)
                seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{way} failed")
        client, in_server = usage.ru_utime + usage.ru_stime, server.processor_seconds() - spent
        return Figures(way, rows, seconds, client, in_server, alone.peak / _MEGABYTE, together.peak / _MEGABYTE)


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table."""
    given = _parser().parse_args(arguments)
    with TemporaryDirectory(prefix="uxpipeline-bench-", ignore_cleanup_errors=True) as name:
        home = Path(name).resolve()
        home.chmod(0o755)  # the server runs as another account where we are root
        server = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home / "server")}))
        with server.running():
            bench = Bench(server, home, given.dlt_python)
            found = _memories(bench, given.memory) if given.memory else _ways(bench, given)
    _print(found)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    return 0


def _ways(bench: Bench, given: argparse.Namespace) -> list[Figures]:
    found: list[Figures] = []
    for _ in range(given.rounds):
        for way in [way for way in WAYS if way in given.only]:
            measure: Callable[[int], Figures] = getattr(bench, way)
            rows = min(given.rows, given.peer_rows) if way in {"dlt", "pandas"} else given.rows
            print(f"{way}: {rows:,} rows ...", file=sys.stderr, flush=True)  # noqa: T201
            found.append(measure(rows))
    return found


def _memories(bench: Bench, megabytes: int) -> list[Figures]:
    return [bench.ours(size * _MEGABYTE // _LINE_BYTES) for size in (SMALL_MB, megabytes)]


def _print(found: Sequence[Figures]) -> None:
    columns = (
        "", "rows", "seconds", "rows/s", "CPU client", "CPU server", "MB", "MB with children", "of the floor",
        "stage + audit + publish",
    )  # fmt: skip
    table = Table(*columns, box=None)
    floors = [one.rate for one in found if one.way == "floor"]
    for one in found:
        share = f"{median(floors) / one.rate:.2f}" if floors else ""
        costs = (one.client_processor, one.server_processor)
        memory = (f"{one.own_memory:.0f}", f"{one.memory:.0f}")
        table.add_row(
            one.way, f"{one.rows:,}", f"{one.seconds:.1f}", f"{one.rate:,.0f}", *(f"{cost:.1f}" for cost in costs),
            *memory, share, one.stages,
        )  # fmt: skip
    Console(width=120).print(table)


def _memory(process: psutil.Process, *, children: bool = True) -> int:
    try:
        found = [process, *(process.children(recursive=True) if children else ())]
        return sum(one.memory_info().rss for one in found)
    except psutil.NoSuchProcess:
        return 0


def _peer(name: str, url: str, path: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.load_peers", name, url, str(path)]


def _require(connection: Connection, rows: int) -> None:
    row = connection.execute("select count(*) from public.behavior_events").fetchone()
    if row != (rows,):
        raise SystemExit(f"{row and row[0]} events were stored, not {rows}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="events in the file")
    parser.add_argument(
        "--only", nargs="+", choices=WAYS, default=("ours", "floor", "sorted_floor", "pandas"), help="ways to measure"
    )
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured")
    parser.add_argument("--peer-rows", type=int, default=50_000, help="most events for dlt and pandas")
    parser.add_argument("--dlt-python", default=sys.executable, help="interpreter whose environment has dlt[postgres]")
    parser.add_argument("--memory", type=int, metavar="MB", help="instead: memory of such a file beside one of 2 MB")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures too")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
