"""How fresh and how plausible the marts are, in numbers; nothing here stops a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import exp, log, sqrt
from statistics import median
from typing import Any

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement

STALE_AFTER = timedelta(hours=36)
"""A daily schedule leaves at most a day between refreshes; twelve hours more are patience."""
RECENT_DAYS = 28
FEWEST_DAYS = 7
MODIFIED_Z = 3.5
"""Beyond this modified z-score a value is an outlier (Iglewicz & Hoaglin 1993)."""
RESTATED_WITHIN = timedelta(days=1)
SHOWN = 20
SAMPLE = 50
"""Components, or elements, whose totals are added up again per check."""


@dataclass(frozen=True)
class Health:
    """One look: whether all is well, a sentence with the numbers, and the numbers."""

    passed: bool
    message: str
    numbers: dict[str, Any] = field(default_factory=dict)


def newest_event(connection: Connection, now: datetime) -> Health:
    """Whether events still arrive: the newest one in the facts is at most 36 hours old; no events at all pass."""
    newest = _ages(connection)["newest_event"]
    if newest is None:
        return Health(passed=True, message="There are no events yet.")
    age = now - newest
    return Health(
        age <= STALE_AFTER,
        f"The newest event is of {newest:%Y-%m-%d %H:%M} UTC, {_hours(age)} ago (limit {_hours(STALE_AFTER)}).",
        {"newest_event": newest, "age_hours": age.total_seconds() / 3600},
    )


def facts_complete(connection: Connection, now: datetime) -> Health:
    """Whether the facts contain everything received: no day is owed, and the watermark is at most 36 hours old."""
    ages = _ages(connection)
    owed, since = ages["days_owed"], ages["owed_since"]
    if not owed:
        return Health(passed=True, message="The facts owe nothing.", numbers={"days_owed": 0})
    message = f"{owed} UTC days are owed, the oldest entry noted {_hours(now - since)} ago; the next refresh goes on."
    return Health(passed=False, message=message, numbers={"days_owed": owed, "owed_since": since})


def materialized_view(connection: Connection, relation: str, now: datetime) -> Health:
    """Whether a materialized view shows the facts as they are, refreshed at most 36 hours ago."""
    refreshed_at, current = connection.execute(
        statement("marts/health/materialized_view"), {"relation": relation}
    ).fetchone() or (None, None)
    if refreshed_at is None:
        return Health(passed=False, message="It was never refreshed.")
    age = now - refreshed_at
    state = "shows the facts as they are" if current else "does not show the newest facts"
    return Health(
        bool(current) or age <= STALE_AFTER,
        f"It {state}; refreshed {_hours(age)} ago (limit {_hours(STALE_AFTER)}).",
        {"refreshed_at": refreshed_at, "age_hours": age.total_seconds() / 3600},
    )


def daily_volume(connection: Connection, now: datetime) -> Health:
    """Whether the last complete UTC day had about as many events as the days before it."""
    last_day = now.astimezone(UTC).date() - timedelta(days=1)
    values = {"last_day": last_day, "days": RECENT_DAYS}
    days = connection.execute(statement("marts/health/daily_events"), values).fetchall()
    return judge_volume(last_day, [count for _, count in days])


def judge_volume(day: date, counts: Sequence[int]) -> Health:
    """Compare the last of `counts` (events per day) with those before it.

    The expected range is exp(median ± 3.5 σ) of log(1 + count), σ = 1.4826 × the median absolute deviation, and at
    least the Poisson noise of the median day: counts multiply rather than add, and outliers must not widen their own
    range.
    """
    *before, today = counts or [0]
    if len(before) < FEWEST_DAYS:
        return Health(
            passed=True, message=f"{day}: {today:,} events; {len(before)} days before it are too few to compare with."
        )
    logs = [log(1 + count) for count in before]
    middle = median(logs)
    spread = max(1.4826 * median(abs(value - middle) for value in logs), 1 / sqrt(max(exp(middle), 1)))
    low, high = (exp(middle + sign * MODIFIED_Z * spread) - 1 for sign in (-1, 1))
    return Health(
        low <= today <= high,
        f"{day}: {today:,} events; the median of the {len(before)} days before is {exp(middle) - 1:,.0f}, expected were"
        f" {max(low, 0):,.0f} to {high:,.0f}.",
        {"events": today, "median": exp(middle) - 1, "low": max(low, 0.0), "high": high},
    )


def closed_days(connection: Connection, now: datetime) -> Health:
    """Whether figures of days that had been complete stayed as they were during the last 24 hours."""
    values = {"since": now - RESTATED_WITHIN, "most": SHOWN}
    found = connection.execute(statement("marts/health/restatements"), values).fetchall()
    if not found:
        return Health(passed=True, message="No figure of a complete day changed in the last 24 hours.")
    total = found[0][-1]
    days = len({row[0] for row in found})
    return Health(
        passed=False,
        message=f"{total} figures of complete days changed in the last 24 hours, on {days} days"
        + (" at least." if total > SHOWN else "."),
        numbers={"restatements": total, "changes": [_change(*row[:5]) for row in found]},
    )


def _change(day: date, relation: str, before: dict[str, Any], after: dict[str, Any], causes: list[str]) -> str:
    names = [name for name in before if name != "digest" and before[name] != after[name]]
    moved = [f"{name} {before[name]} → {after[name]}" for name in names]
    return f"{day} {relation}: {', '.join(moved) or 'other rows, same sums'} ({', '.join(causes)})"


def totals_agree(connection: Connection, kind: str, now: datetime) -> Health:
    """Double entry for `component`, `friction` or `path` totals: a sample, another every day, against its sessions."""
    count = connection.execute(statement(f"marts/health/{kind}_keys")).fetchone()
    keys = count[0] if count else 0
    offset = (now.astimezone(UTC).date().toordinal() * SAMPLE) % max(keys, 1)
    looked_at, unlike = connection.execute(
        statement(f"marts/health/{kind}_totals"), {"offset": offset, "most": SAMPLE}
    ).fetchone() or (0, 0)
    return Health(
        unlike == 0,
        f"{looked_at - unlike} of {looked_at} totals equal the sum of their sessions.",
        {"looked_at": looked_at, "unlike": unlike},
    )


def _ages(connection: Connection) -> dict[str, Any]:
    cursor = connection.execute(statement("marts/health/ages"))
    row = cursor.fetchone() or ()
    return dict(zip([column.name for column in cursor.description or ()], row, strict=True))


def _hours(age: timedelta) -> str:
    return f"{age.total_seconds() / 3600:.1f} h"
