"""`make bench-refresh`: what a refresh of the marts costs beside the seed's full refresh, and that both say the same.

    python -m benchmarks.refresh --events 1000000 3000000 10000000 [--out FILE.json]
    python -m benchmarks.refresh --history 30 90 180 365 [--plot FILE.svg]

New events are 1 % of a world's; with `--history` they are as many in each world as in the shortest, so that only
history differs. Each world is made on an embedded server of its own with its ordinary settings, in a temporary folder
that is removed afterwards. A million events take about 1 GB of disk and four minutes on two cores, ten million 10 GB
and an hour. Every row of the five relations is compared after every refresh. The seed's refresh is that of its two
materialized views, plainly or concurrently, whichever took less the first time. Ours keeps what the three views read up
to date too, so the second share compares with the seed's refresh and its three views stored in full.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.refresh_tables import Measured, print_costs, print_queries, print_sizes
from benchmarks.refresh_timing import (
    QUERIES,
    cost,
    latency,
    make_seed,
    refresh_ours,
    refresh_seed,
    store_seed_views,
    unlike_seed,
)
from benchmarks.refresh_world import World
from benchmarks.svg import curves
from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import migrate
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings

EVENTS = (200_000,)
PER_DAY = 10_000
NEW_SHARE = 0.01
SCENARIOS: dict[str, Callable[[World, Connection, int, int], None]] = {
    "nothing new": lambda *_: None,
    "a new day, loaded": World.load_day,
    "a new day, inserted": World.add_day,
    "new on one day": partial(World.add_news, days=1),
    "new on ten days": partial(World.add_news, days=10),
}
"""How each adds so many new events to a world; the last argument numbers the scenario."""
_DATABASE = "bench"
_SIZES = """
    select
        (select sum(pg_total_relation_size(inhrelid)) from pg_inherits
         where inhparent = 'public.behavior_events'::regclass) / 1048576.0,
        (select sum(pg_total_relation_size(format('uxpipeline.%I', relname)::regclass)) from pg_stat_user_tables
         where schemaname = 'uxpipeline' and relname not like 'behavior_events%') / 1048576.0,
        pg_database_size(current_database()) / 1048576.0
"""


def main(arguments: Sequence[str]) -> int:
    """Measure the worlds asked for and print the tables; returns 1 if any row differs."""
    given = _parser().parse_args(arguments)
    worlds = [(days * given.per_day, days) for days in given.history] or [
        (events, given.days) for events in given.events
    ]
    shares = [min(events for events, _ in worlds)] * len(worlds) if given.history else [events for events, _ in worlds]
    found = []
    for (events, days), share in zip(worlds, shares, strict=True):
        print(f"{events:,} events on {days} days ...", file=sys.stderr, flush=True)  # noqa: T201
        with _database(fast=given.fast) as (server, connection):
            found.append(measure(server, connection, World(events, days, _last_day()), round(share * NEW_SHARE)))
    print_costs(found)
    print_queries(found)
    print_sizes(found)
    if given.out:
        given.out.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    if given.plot:
        given.plot.write_text(_plot(found, by_days=bool(given.history)), encoding="utf-8")
    return int(any(rows for one in found for rows in one.unlike.values()))


def measure(server: EmbeddedServer, connection: Connection, world: World, new: int) -> Measured:
    """Make a world, refresh it after nothing and after `new` events came, and compare all rows each time."""
    pid = server.status().pid or 0
    made = cost(pid, lambda: world.build(connection))
    connection.execute("vacuum analyze")
    found = Measured(world.events, world.days, new, made, cost(pid, lambda: refresh_ours(connection)))
    make_seed(connection)
    # As autovacuum would have, by the time of the next refresh.
    connection.execute("vacuum analyze")
    found.seed = {how: cost(pid, partial(refresh_seed, connection, how)) for how in ("", "concurrently")}
    cheaper = min(found.seed, key=lambda how: found.seed[how].seconds)
    for batch, (scenario, add) in enumerate(SCENARIOS.items()):
        add(world, connection, new, batch)
        found.ours[scenario] = cost(pid, lambda: refresh_ours(connection))
        found.full[scenario] = cost(pid, partial(refresh_seed, connection, cheaper))
        found.views[scenario] = cost(pid, partial(store_seed_views, connection))
        found.unlike[scenario] = unlike_seed(connection)
    _measure_reading(connection, found)
    return found


def _measure_reading(connection: Connection, found: Measured) -> None:
    for name, query in QUERIES.items():
        found.queries[name] = (latency(connection, query, "public", 3), latency(connection, query, "seed", 1))
    row = connection.execute(_SIZES.encode()).fetchone()
    found.events_mb, found.facts_mb, found.database_mb = map(float, row or (0, 0, 0))


@contextmanager
def _database(*, fast: bool) -> Iterator[tuple[EmbeddedServer, Connection]]:
    with TemporaryDirectory(prefix="uxpipeline-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder).resolve()
        home.chmod(0o755)  # the server runs as another account where we are root
        server = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home)}), fast=fast)
        with server.running():
            server.ensure_database(_DATABASE)
            with connect(server.url(_DATABASE)) as connection:
                list(migrate(connection))
                yield server, connection


def _last_day() -> date:
    """Three days ago, so that the two days after it are over as well."""
    return datetime.now(UTC).date() - timedelta(days=3)


def _plot(found: Sequence[Measured], *, by_days: bool) -> str:
    axis = [one.days if by_days else one.events / 1e6 for one in found]
    lines = {scenario: [one.ours[scenario].seconds for one in found] for scenario in SCENARIOS}
    full = {"the seed's full refresh": [one.full["nothing new"].seconds for one in found]}
    return curves(axis, {**lines, **full}, "days of history" if by_days else "million events", "seconds")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.refresh", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=EVENTS, help="sizes of worlds")
    parser.add_argument("--days", type=int, default=30, help="days of those worlds")
    parser.add_argument("--history", type=int, nargs="+", default=[], metavar="DAYS", help="worlds of so many days")
    parser.add_argument("--per-day", type=int, default=PER_DAY, help="events a day of --history")
    parser.add_argument("--fast", action="store_true", help="a server that forgets at a power loss, for tests")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--plot", type=Path, help="write an SVG of the costs")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
