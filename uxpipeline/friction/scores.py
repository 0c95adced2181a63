"""Friction scores of one as-of day: counts from SQL, estimates, grades and ranks, stored as one set."""

from datetime import date, datetime

import numpy as np
import pandas as pd

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.friction.estimates import only_of_evidence, with_losses, with_rates, with_severities, with_states
from uxpipeline.friction.facts import Counts, Window, count, make_facts
from uxpipeline.friction.grades import grade, ranks
from uxpipeline.friction.parameters import Parameters

COLUMNS = (
    "as_of", "surface_level", "surface_key", "signal", "denominator", "exposed_sessions", "affected_sessions",
    "affected_visitors", "converted_sessions", "rate", "rate_low", "rate_high", "friction_index", "severity",
    "severity_se", "lost_conversions", "lost_low", "lost_high", "lost_rank_bound", "p_loss", "overlap",
    "evidence_grade", "state", "rank", "score_version", "input_watermark", "component_id", "page_key", "element_type",
    "observed_days", "raw_severity", "matched_on", "loss_q", "negative_control_p", "placebo_p", "e_value",
    "excess_abandons", "recent_exposed", "recent_affected", "anomaly_q",
)  # fmt: skip


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
        parameters: defaults unless a profile or a test says otherwise.

    Returns:
        The scores, one row per surface and signal, as stored; empty when the window holds no events.
    """
    parameters = parameters or Parameters()
    window = Window(as_of, known_at or now, parameters.window_days, parameters.recent_days)
    with transaction(connection):
        make_facts(connection, window)
        return score_facts(connection, window, parameters, replay=known_at is not None)


def score_facts(
    connection: Connection, window: Window, parameters: Parameters, *, replay: bool = False
) -> pd.DataFrame:
    """Score the facts that were made in this transaction, and replace the day's stored scores."""
    scores = score(count(connection, window, parameters), window, parameters)
    _store(connection, scores, window, replay=replay)
    return scores


def score(counts: Counts, window: Window, parameters: Parameters) -> pd.DataFrame:
    """Turn a window's counts into scores.

    Args:
        counts: of the window's facts.
        window: the window the counts come from.
        parameters: of the method.

    Returns:
        One row per surface and signal with the columns `COLUMNS`.
    """
    if counts.surfaces.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    scores = with_severities(with_rates(counts.surfaces), counts)
    scores = only_of_evidence(with_losses(scores, parameters), parameters)
    scores = with_states(scores, counts.history_days, parameters)
    scores["as_of"] = window.as_of
    scores["input_watermark"] = window.known_at
    scores["score_version"] = parameters.version
    scores["observed_days"] = counts.observed_days
    scores["evidence_grade"] = grade(scores, parameters)
    scores["rank"] = ranks(scores)
    scores["matched_on"] = scores["matched_on"].where(scores["severity"].notna()).astype("Int64")
    return scores[list(COLUMNS)].sort_values(["surface_level", "surface_key", "signal"], ignore_index=True)


def _store(connection: Connection, scores: pd.DataFrame, window: Window, *, replay: bool) -> None:
    connection.execute(statement("friction/new_scores"))
    copy_rows(connection, scores)
    connection.execute(statement("friction/drop_outdated_scores"), {"as_of": window.as_of})
    connection.execute(statement("friction/upsert_scores"), {"replay": replay})


def copy_rows(connection: Connection, scores: pd.DataFrame) -> None:
    """Copy scores to the transaction's temporary table."""
    rows = scores.astype(object).where(scores.notna() & ~scores.isin([np.inf, -np.inf]), None)
    with connection.cursor() as cursor, cursor.copy(statement("friction/copy_scores")) as copy:
        for row in rows.itertuples(index=False, name=None):
            copy.write_row(row)
