"""From facts to the counts that statistics need, all in the database: its cost grows with surfaces, not events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.friction.parameters import Parameters


@dataclass(frozen=True)
class Window:
    """The days a score reads, and what it may know of them."""

    as_of: date
    known_at: datetime
    days: int
    history_days: int = 7

    @property
    def start(self) -> datetime:
        """First moment of the window (UTC)."""
        return self.end - timedelta(days=self.days)

    @property
    def history_start(self) -> datetime:
        """First moment of the history that recent days are compared with."""
        return self.start - timedelta(days=self.history_days)

    @property
    def end(self) -> datetime:
        """First moment after the window: the midnight (UTC) that ends `as_of`."""
        return datetime.combine(self.as_of + timedelta(days=1), time(), UTC)

    def values(self) -> dict[str, object]:
        """Bound parameters of the statements in `sql/friction`."""
        return {
            "as_of": self.as_of,
            "history_start": self.history_start,
            "window_end": self.end,
            "known_at": self.known_at,
        }


@dataclass(frozen=True)
class Counts:
    """What a window's facts come to.

    Attributes:
        surfaces: a row per surface and signal, as `sql/friction/score/surface_counts.sql` returns them.
        strata: a row per surface, kind of friction and stratum (`stratum_counts.sql`).
        scatter: a row per surface and kind of friction (`visitor_scatter.sql`).
        incidents: likewise (`incident_counts.sql`).
        observed_days: days from the window's first fact to its last day.
        history_days: days from the first fact to the recent days.
    """

    surfaces: pd.DataFrame
    strata: pd.DataFrame
    scatter: pd.DataFrame
    incidents: pd.DataFrame
    observed_days: int
    history_days: int


def count(connection: Connection, window: Window, parameters: Parameters) -> Counts:
    """Count the facts in temporary table `session_surfaces`, inside the caller's transaction.

    Args:
        connection: in a transaction; temporary tables last as long as it.
        window: the days.
        parameters: gate and strata.
    """
    gate = parameters.gate
    values = window.values() | {
        "window_days": parameters.window_days,
        "recent_days": parameters.recent_days,
        "gate_exposed": gate.exposed_sessions,
        "gate_affected": gate.affected_sessions,
        "gate_visitors": gate.affected_visitors,
        "fewest_controls": parameters.fewest_controls,
        "overlap_wanted": parameters.overlap_wanted,
        "hesitation_quantile": parameters.hesitation_quantile,
    }
    connection.execute(statement("friction/score/settings"))
    connection.execute(statement("friction/score/scoring_window"))
    connection.execute(statement("friction/score/scoring_window_values"), values)
    connection.execute(statement("friction/score/window_surfaces"))
    _make(connection, ["scored_surfaces", "scored_sessions", "placed_surfaces", "crowded_surfaces"])
    for step in ("untime_crowded", "viewers_of_crowded"):
        connection.execute(statement(f"friction/score/{step}"))
    _make(connection, ["units"])
    connection.execute(statement("friction/score/merge_units"))
    _make(connection, ["compared_surfaces", "explained_sessions", "incidents"])
    _make(connection, ["trials", "cells", "strata", "strata_by_kind", "strata_rates"])
    observed = connection.execute(statement("friction/score/observed_days")).fetchone()
    return Counts(
        surfaces=_frame(connection, "surface_counts"),
        strata=_frame(connection, "stratum_counts"),
        scatter=_frame(connection, "visitor_scatter"),
        incidents=_frame(connection, "incident_counts"),
        observed_days=(observed[0] if observed else None) or 1,
        history_days=observed[1] if observed else 0,
    )


def make_facts(connection: Connection, window: Window) -> None:
    """Make the window's facts, as far as its events were known then, into temporary table `session_surfaces`."""
    connection.execute(statement("friction/facts/session_events"))
    connection.execute(statement("friction/facts/session_events_of_window"), window.values())
    connection.execute(statement("friction/facts/session_surfaces"))
    connection.execute(statement("friction/facts/session_surfaces_of_events"))


def _make(connection: Connection, tables: Iterable[str]) -> None:
    for table in tables:
        connection.execute(statement(f"friction/score/{table}"))
        connection.execute(sql.SQL("analyze {}").format(sql.Identifier("pg_temp", table)))


def _frame(connection: Connection, name: str) -> pd.DataFrame:
    cursor = connection.execute(statement(f"friction/score/{name}"))
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])
