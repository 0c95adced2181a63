"""The database that a script of operations plays on, and everybody who acts on it."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection, connect
from uxpipeline.errors import TransientError
from uxpipeline.ingest.funnels import FunnelRules, load_funnels
from uxpipeline.ingest.load import configure, load_paths
from uxpipeline.marts.facts import MOST_DAYS, VERIFIED_AT_ONCE, VERIFY_EVERY, FactsRefresh
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import value

Row = dict[str, Any]
IN_THE_WAY = (psycopg.OperationalError, psycopg.errors.ForeignKeyViolation, TransientError)
"""What two writers may do to each other, and a lost connection to either: the next refresh makes up for it."""
ROUND = VERIFY_EVERY + timedelta(hours=1)


@dataclass
class Stage:
    """One database, seen through one connection of its owner.

    Attributes:
        midnight: the start of today (UTC), which all times of a script are counted from.
        writer: somebody else's open transaction.
        writer_url: the database, for a login the owner may not look at.
    """

    url: str
    connection: Connection
    settings: Settings
    folder: Path
    midnight: datetime
    writer_url: str
    writer: Connection | None = None

    @contextmanager
    def beside(self) -> Iterator["Stage"]:
        """The same database through another connection, for another thread."""
        with connect(self.url) as connection:
            yield replace(self, connection=connection)

    def load(self, lines: Iterable[Row]) -> None:
        """Load one file of these lines, whatever the loader thinks of them."""
        path = self.folder / f"{len(list(self.folder.iterdir()))}.ndjson"
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        with suppress(*IN_THE_WAY):
            load_paths(self.connection, self.settings, [path], datetime.now(UTC), max_bad=1.0)

    def aim(self, funnel: str, steps: int) -> None:
        """Configure another conversion goal; a funnel without steps is not configured."""
        file = self.folder.parent / f"{funnel}-{steps}.yaml"
        rules = "".join(f"    - {{step: step {order}, event: event {order}}}\n" for order in range(1, steps + 1))
        file.write_text(f"funnels:\n  {funnel}:\n{rules}", encoding="utf-8")
        self.settings = replace(self.settings, funnels=file if steps else None, conversion=funnel)
        configure(self.connection, load_funnels(file) if steps else FunnelRules(), funnel)

    def change(self, statement: str, *values: object) -> None:
        """Write as the owner; what keys or another transaction's locks forbid does not happen."""
        with suppress(psycopg.OperationalError, psycopg.errors.UniqueViolation), self.connection.transaction():
            self.connection.execute("set local lock_timeout = '100ms'")
            self.connection.execute(statement.encode(), [Jsonb(v) if isinstance(v, dict) else v for v in values])

    def send(self, relation: str, rows: Iterable[Row]) -> None:
        """Insert as the beacon does, events with their sessions; a transaction of its own."""
        with suppress(psycopg.OperationalError), self.connection.transaction():
            self.connection.execute("set local lock_timeout = '100ms'")
            self.connection.execute("set local role beacon_ingest")
            insert(self.connection, relation, rows)
            self.connection.execute("reset role")

    def send_later(self, rows: Iterable[Row]) -> None:
        """Insert events in somebody else's transaction, which stays open."""
        if self.writer is None:
            self.writer = psycopg.connect(self.writer_url)
            self.writer.execute("set role beacon_ingest")
        known = "select count(*) from public.user_sessions where session_id = %s"
        # Another session, where this one's row would make everybody else wait.
        insert(
            self.writer,
            "behavior_events",
            [row if value(self.connection, known, row["session_id"]) else row | {"session_id": "w"} for row in rows],
        )

    def end_sending(self, *, keep: bool) -> None:
        """Commit or undo somebody else's open transaction."""
        if self.writer is not None:
            self.writer.commit() if keep else self.writer.rollback()
            self.writer.close()
            self.writer = None

    def refresh(self, most_days: int = MOST_DAYS, rounds: int = 0) -> FactsRefresh:
        """Refresh, so many rounds later: by then sessions are over, and days are counted again."""
        return refresh_marts(self.connection, datetime.now(UTC) + rounds * ROUND, most_days=most_days)

    def refresh_and_die(self, statements: int) -> None:
        """A refresh whose backend is terminated after so many statements, if it takes that many."""
        with suppress(*IN_THE_WAY), Doomed.connect(self.url, autocommit=True, prepare_threshold=None) as doomed:
            doomed.fate = (statements, self.connection)
            refresh_marts(doomed, datetime.now(UTC))

    def settle(self) -> FactsRefresh:
        """Refresh until nothing is owed and every day was counted again; returns what one more refresh did."""
        self.end_sending(keep=True)
        while self.refresh().backlog_days:
            pass
        days = value(self.connection, "select count(*) from uxpipeline.fact_days")
        for rounds in range(2, days // VERIFIED_AT_ONCE + 4):
            self.refresh(rounds=rounds)
        return self.refresh(rounds=1)


class Doomed(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose backend another one terminates, for real, in the middle of its work."""

    fate: tuple[int, Connection]

    def execute(self, *given: Any, **options: Any) -> psycopg.Cursor[tuple[Any, ...]]:  # noqa: ANN401
        left, killer = self.fate
        self.fate = (left - 1, killer)
        if left == 0:
            killer.execute("select pg_terminate_backend(%s, 10000)", [self.info.backend_pid])
        return super().execute(*given, **options)


def insert(connection: Connection, relation: str, rows: Iterable[Row]) -> None:
    """Insert rows, events with their sessions; rows whose key exists stay as they are."""
    for row in rows:
        if relation == "behavior_events":
            start = {"session_id": row["session_id"], "landing_page": row["page_url"], "created_at": row["timestamp"]}
            insert(connection, "user_sessions", [start])
        command = sql.SQL("insert into {} ({}) values ({}) on conflict do nothing").format(
            sql.Identifier("public", relation),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        connection.execute(command, [Jsonb(v) if isinstance(v, dict) else v for v in row.values()])
