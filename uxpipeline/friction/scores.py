"""Friction scores of one as-of day: counts from SQL, empirical-Bayes rates, ranks, stored as one set."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.friction.rates import estimate_rates, fit_prior

COLUMNS = (
    "as_of", "surface_level", "surface_key", "signal", "denominator", "exposed_sessions", "affected_sessions",
    "affected_visitors", "converted_sessions", "rate", "rate_low", "rate_high", "evidence_grade", "rank",
    "score_version", "input_watermark", "component_id", "page_key", "element_type", "observed_days",
)  # fmt: skip


@dataclass(frozen=True)
class Parameters:
    """Everything a score depends on beside its input; a change makes a new `score_version`."""

    method: str = "empirical-bayes-rates-1"
    window_days: int = 28
    interval: float = 0.90

    @property
    def version(self) -> str:
        """Method and a hash of all parameters."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
        return f"{self.method}+{digest[:8]}"


@dataclass(frozen=True)
class Window:
    """The days a score reads, and what it may know of them."""

    as_of: date
    known_at: datetime
    days: int

    @property
    def start(self) -> datetime:
        """First moment of the window (UTC)."""
        return self.end - timedelta(days=self.days)

    @property
    def end(self) -> datetime:
        """First moment after the window: the midnight (UTC) that ends `as_of`."""
        return datetime.combine(self.as_of + timedelta(days=1), time(), UTC)

    def values(self) -> dict[str, object]:
        """Bound parameters of the statements in `sql/friction`."""
        return {"as_of": self.as_of, "window_start": self.start, "window_end": self.end, "known_at": self.known_at}


def score_day(
    connection: Connection,
    as_of: date,
    known_at: datetime | None,
    now: datetime,
    parameters: Parameters | None = None,
) -> pd.DataFrame:
    """Score every surface for `as_of` and replace the day's stored scores.

    Args:
        connection: open connection.
        as_of: last day (UTC) of the scoring window.
        known_at: read only what had been received by then; None means everything by `now`.
        now: the caller's clock.
        parameters: defaults unless a test says otherwise.

    Returns:
        The scores, one row per surface and signal, as stored; empty when the window holds no events.
    """
    parameters = parameters or Parameters()
    window = Window(as_of, known_at or now, parameters.window_days)
    with transaction(connection):
        cursor = connection.execute(statement("friction/surface_counts"), window.values())
        names = [column.name for column in cursor.description or ()]
        counts = pd.DataFrame(cursor.fetchall(), columns=names)
        observed = connection.execute(statement("friction/observed_days"), window.values()).fetchone()
        scores = score(counts, window, parameters, observed[0] if observed and observed[0] else 1)
        _store(connection, scores, window, replay=known_at is not None)
    return scores


def score(counts: pd.DataFrame, window: Window, parameters: Parameters, observed_days: int) -> pd.DataFrame:
    """Turn counts per surface and signal into scores.

    Args:
        counts: columns as `sql/friction/surface_counts.sql` returns them.
        window: the window the counts come from.
        parameters: of the method.
        observed_days: days of the window that can hold data.

    Returns:
        One row per row of `counts` with the columns `COLUMNS`.
    """
    groups = [_with_rates(group) for _, group in counts.groupby(["surface_level", "signal"], sort=True)]
    if not groups:
        return pd.DataFrame(columns=list(COLUMNS))
    scores = pd.concat(groups, ignore_index=True)
    scores["as_of"] = window.as_of
    scores["input_watermark"] = window.known_at
    scores["score_version"] = parameters.version
    scores["observed_days"] = observed_days
    # Grades A to C speak of estimated losses; until severity is estimated nothing earns one.
    scores["evidence_grade"] = "D"
    scores["rank"] = _ranks(scores)
    return scores[list(COLUMNS)].sort_values(["surface_level", "surface_key", "signal"], ignore_index=True)


def _with_rates(group: pd.DataFrame) -> pd.DataFrame:
    affected = group["affected_sessions"].to_numpy(np.int64)
    exposed = group["exposed_sessions"].to_numpy(np.int64)
    rates = estimate_rates(affected, exposed, fit_prior(affected, exposed))
    return group.assign(rate=rates.mean, rate_low=rates.low, rate_high=rates.high)


def _ranks(scores: pd.DataFrame) -> pd.Series:
    """Dense 1..n within a level over signal `any`, by the sessions certainly affected; missing elsewhere."""
    ranked = scores[scores["signal"] == "any"].copy()
    ranked["certain"] = ranked["rate_low"] * ranked["exposed_sessions"]
    ranked = ranked.sort_values(["surface_level", "certain", "surface_key"], ascending=[True, False, True])
    return (ranked.groupby("surface_level").cumcount() + 1).reindex(scores.index).astype("Int64")


def _store(connection: Connection, scores: pd.DataFrame, window: Window, *, replay: bool) -> None:
    connection.execute(statement("friction/new_scores"))
    copy_rows(connection, scores)
    connection.execute(statement("friction/drop_outdated_scores"), {"as_of": window.as_of})
    connection.execute(statement("friction/upsert_scores"), {"replay": replay})


def copy_rows(connection: Connection, scores: pd.DataFrame) -> None:
    """Copy scores to the transaction's temporary table."""
    rows = scores.astype(object).where(scores.notna(), None)
    with connection.cursor() as cursor, cursor.copy(statement("friction/copy_scores")) as copy:
        for row in rows.itertuples(index=False, name=None):
            copy.write_row(row)
