"""A website's events of some days, made inside the server: every number in them follows from hashes of numbers.

History is stored as a loader stores it (`load_id` set, its sessions noted as stale). What is new later comes in a file
that is loaded, or as direct inserts (`load_id` null), so that finding and ending its sessions is part of a refresh.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg import sql

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.ingest.load import load_paths
from uxpipeline.settings import Settings

EVENTS_A_SESSION = 20
_HERE = Path(__file__).parent
_LATE_SHARE, _LATE_EVENTS, _LATE_STEP = 0.2, 4, 40
_PROPOSALS = 20
_STEPS = ("insert_sessions", "insert_events", "insert_funnel_steps")


@dataclass(frozen=True)
class World:
    """How many events on how many days (UTC), the last of which is `last_day`."""

    events: int
    days: int
    last_day: date

    @property
    def sessions_a_day(self) -> int:
        """As many as have the events of a day."""
        return max(1, round(self.events / self.days / EVENTS_A_SESSION))

    def build(self, connection: Connection) -> None:
        """Fill a migrated, empty database."""
        self._prepare(connection)
        for back in range(self.days):
            first = back * self.sessions_a_day
            day = self.last_day - timedelta(days=back)
            _add(connection, day, first, first + self.sessions_a_day - 1, load_id=1)
        # Nobody has decided on these: only their state matters here.
        connection.execute("alter table public.optimization_history disable trigger guard_proposal")
        connection.execute(_read("proposals"), {"proposals": _PROPOSALS})
        connection.execute("alter table public.optimization_history enable trigger guard_proposal")

    def add_day(self, connection: Connection, events: int, batch: int) -> None:
        """Insert new events directly, all in new sessions of the day after the last.

        Args:
            connection: open connection to the world's database.
            events: about how many.
            batch: number of this call, from 0; each makes other sessions.
        """
        _add_sessions(connection, self.last_day + timedelta(days=1), _first_of(batch), round(events / EVENTS_A_SESSION))

    def load_day(self, connection: Connection, events: int, batch: int) -> None:
        """As `add_day`, but a file that is loaded, of the day after that."""
        first, sessions = _first_of(batch), round(events / EVENTS_A_SESSION)
        with TemporaryDirectory(prefix="uxpipeline-bench-") as folder:
            path = Path(folder) / "day.ndjson"
            with connection.transaction(force_rollback=True), path.open("wb") as file:
                _add_sessions(connection, self.last_day + timedelta(days=2), first, sessions)
                with connection.cursor().copy(_read("lines")) as copy:
                    for block in copy:
                        file.write(block)
            settings = Settings.from_env({"UXPIPELINE_HOME": folder, "UXPIPELINE_PRIVACY_KEY": "benchmark"})
            [report] = load_paths(connection, settings, [path], datetime.now(UTC))
        if report.status != "loaded" or report.inserted != report.lines:
            raise RuntimeError(f"the day's file was not taken whole: {report}")

    def add_news(self, connection: Connection, events: int, batch: int, *, days: int) -> None:
        """As `add_day`, on the last `days` days: four fifths in new sessions, the rest late in old ones."""
        days = min(days, self.days)
        new = round(events * (1 - _LATE_SHARE) / EVENTS_A_SESSION / days)
        late = round(events * _LATE_SHARE / _LATE_EVENTS / days)
        # Steps of their own: an old session may be late again in another batch, and an event happens once.
        first_step = _LATE_STEP + batch * _LATE_EVENTS
        for back in range(days):
            day = self.last_day - timedelta(days=back)
            _add_sessions(connection, day, _first_of(batch) + back * new, new)
            old = back * self.sessions_a_day + batch * late % max(1, self.sessions_a_day - late)
            _add(connection, day, old, old + late - 1, events_each=_LATE_EVENTS, first_step=first_step)

    def _prepare(self, connection: Connection) -> None:
        first, last = self.last_day - timedelta(days=self.days), self.last_day + timedelta(days=8)
        with transaction(connection):
            connection.execute("select uxpipeline.ensure_event_partitions(%s, %s)", [first, last])


def _first_of(batch: int) -> int:
    return 10_000_000 * (batch + 1)


def _add_sessions(connection: Connection, day: date, first: int, sessions: int) -> None:
    _add(connection, day, first, first + sessions - 1)


def _add(
    connection: Connection,
    day: date,
    first: int,
    last: int,
    *,
    load_id: int | None = None,
    events_each: int | None = None,
    first_step: int = 1,
) -> None:
    values = {
        "day": day, "first": first, "last": last, "load_id": load_id, "events_each": events_each,
        "first_step": first_step,
    }  # fmt: skip
    with transaction(connection):
        connection.execute(_read("share"))
        connection.execute(_read("sessions"), values)
        for step in _STEPS if events_each is None else ("insert_events",):
            connection.execute(_read(step), values)
        if load_id is not None:
            connection.execute(_read("note_stale_sessions"), values)


def _read(name: str) -> sql.SQL:
    return sql.SQL((_HERE / f"{name}.sql").read_text(encoding="utf-8"))  # a file of ours, not built from input
