"""Reading what a report says, all of it from one snapshot of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Any

from psycopg import IsolationLevel
from psycopg.rows import dict_row

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.display import FEWEST_SESSIONS
from uxpipeline.friction.store import trends
from uxpipeline.ingest.ledger import ledger_totals
from uxpipeline.report.records import (
    WINDOW_DAYS,
    Blocked,
    Count,
    Funnel,
    FunnelStep,
    LedgerFile,
    Level,
    Listing,
    Loaded,
    Proposal,
    Report,
    Row,
    Score,
    Scoring,
)
from uxpipeline.settings import Settings

LEVELS = ("element", "component", "page")
SIGNALS = ("any", "rage_click", "hesitation", "error", "form_leak")
MOST_ROWS = 20
MOST_STEPS = 100


def gather(connection: Connection, settings: Settings) -> Report:
    """Read everything a report of the newest scored day says; an empty database has an empty report."""
    with _snapshot(connection):
        scoring = next(iter(_listing(connection, "scoring", Scoring, {}).rows), None)
        goals = connection.execute(statement("report/conversion_goal")).fetchone()
        steps = _listing(connection, "funnel_steps", FunnelStep, {**_window(scoring), "most": MOST_STEPS})
        return Report(
            database=connection.info.dbname,
            profile=settings.profile,
            conversion=goals[0] if goals else settings.conversion,
            configured_conversion=settings.conversion,
            scoring=scoring,
            site=_site(connection, scoring),
            levels=[_level(connection, scoring, level) for level in LEVELS],
            forms=_scores(connection, scoring, "element", "form_leak"),
            withheld=_withheld(connection, scoring),
            proposals=_listing(connection, "proposals", Proposal, {"most": MOST_ROWS}),
            blocked=_blocked(connection, scoring),
            funnels=_funnels(steps.rows),
            funnel_steps_left_out=steps.more,
            loaded=_loaded(connection),
        )


@contextmanager
def _snapshot(connection: Connection) -> Iterator[None]:
    """One read-only transaction whose statements all see the same data, so that figures agree with one another."""
    before = connection.isolation_level, connection.read_only
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with transaction(connection):
            yield
    finally:
        connection.isolation_level, connection.read_only = before


def _listing(connection: Connection, name: str, kind: type[Row], values: dict[str, Any]) -> Listing[Row]:
    """Rows of `sql/report/<name>.sql`; a capped one says in `total` how many there would be without the cap."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statement(f"report/{name}"), values).fetchall()
    total = found[0].get("total", len(found)) if found else 0
    rows = [kind(**{name: value for name, value in row.items() if name != "total"}) for row in found]
    return Listing(rows, total)


def _scores(
    connection: Connection, scoring: Scoring | None, level: str, *signals: str, affected: bool | None = None
) -> Listing[Score]:
    if scoring is None:
        return Listing([], 0)
    values = {
        "as_of": scoring.as_of,
        "surface_level": level,
        "signals": list(signals),
        "affected": affected,
        "fewest": FEWEST_SESSIONS,
        "most": MOST_ROWS,
    }
    return _listing(connection, "scores", Score, values)


def _withheld(connection: Connection, scoring: Scoring | None) -> int:
    if scoring is None:
        return 0
    values = {"as_of": scoring.as_of, "fewest": FEWEST_SESSIONS}
    row = connection.execute(statement("report/withheld"), values).fetchone()
    return row[0] if row else 0


def _with_days(connection: Connection, scoring: Scoring | None, scores: Listing[Score]) -> Listing[Score]:
    """The same scores with what recent days said; only signal `any` is compared over days."""
    if scoring is None:
        return scores
    surfaces = [(score.surface_level, score.surface_key) for score in scores.rows if score.signal == "any"]
    found = {
        (trend.surface_level, trend.surface_key): trend.days for trend in trends(connection, scoring.as_of, surfaces)
    }
    rows = [
        replace(score, days=found[score.surface_level, score.surface_key]) if score.signal == "any" else score
        for score in scores.rows
    ]
    return Listing(rows, scores.total)


def _site(connection: Connection, scoring: Scoring | None) -> list[Score]:
    scores = _with_days(connection, scoring, _scores(connection, scoring, "site", *SIGNALS))
    return sorted(scores.rows, key=lambda row: SIGNALS.index(row.signal))


def _blocked(connection: Connection, scoring: Scoring | None) -> Listing[Blocked]:
    if scoring is None:
        return Listing([], 0)
    return _listing(connection, "blocked", Blocked, {"as_of": scoring.as_of, "most": MOST_ROWS})


def _level(connection: Connection, scoring: Scoring | None, level: str) -> Level:
    ranked = _with_days(connection, scoring, _scores(connection, scoring, level, "any", affected=True))
    return Level(level, ranked, quiet=_scores(connection, scoring, level, "any", affected=False))


def _window(scoring: Scoring | None) -> dict[str, datetime | None]:
    """The scored days; before the first scores, all time."""
    if scoring is None:
        return {"window_start": None, "window_end": None}
    end = datetime.combine(scoring.as_of + timedelta(days=1), time(), UTC)
    return {"window_start": end - timedelta(days=WINDOW_DAYS), "window_end": end}


def _funnels(steps: list[FunnelStep]) -> list[Funnel]:
    found = [(name, list(group)) for name, group in groupby(steps, key=lambda step: step.funnel_name)]
    return [Funnel(name, group[0].configured, group) for name, group in found]


def _loaded(connection: Connection) -> Loaded:
    most = {"most": MOST_ROWS}
    return Loaded(
        files=_listing(connection, "files", LedgerFile, most),
        totals=ledger_totals(connection),
        ignored=_listing(connection, "ignored_kinds", Count, most),
        quarantine=_listing(connection, "quarantine_reasons", Count, most),
        tables=_listing(connection, "table_rows", Count, {}).rows,
    )
