"""Stored scores that pass every guard, to be spoilt one by one; and events behind scores."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline.friction.parameters import parameters_of
from uxpipeline.friction.scores import score_day
from uxpipeline.settings import Profile

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "as_of": AS_OF, "surface_level": "element", "surface_key": "#buy", "signal": "rage_click",
    "denominator": "interaction", "exposed_sessions": 20_000, "affected_sessions": 4_000, "affected_visitors": 3_500,
    "converted_sessions": 2_000, "rate": 0.2, "rate_low": 0.195, "rate_high": 0.205, "severity": 0.15,
    "severity_se": 0.01, "lost_conversions": 600.0, "lost_low": 400.0, "lost_high": 800.0, "lost_rank_bound": 510.0,
    "p_loss": 0.99, "overlap": 0.95, "evidence_grade": "A", "state": "chronic", "score_version": "v",
    "input_watermark": NOW, "component_id": "buy-box", "page_key": "/cart", "element_type": "button",
    "observed_days": 28, "matched_on": 3, "loss_q": 0.0001, "negative_control_p": 0.6, "placebo_p": 0.001,
    "recent_exposed": 5_000, "recent_affected": 1_000,
}  # fmt: skip
FORM = {
    "surface_key": "#lead", "signal": "form_leak", "denominator": "form_start", "lost_conversions": None,
    "lost_low": None, "lost_high": None, "lost_rank_bound": None, "p_loss": None, "negative_control_p": None,
    "placebo_p": None, "evidence_grade": "C", "element_type": "form", "exposed_sessions": 20_000,
    "affected_sessions": 8_000, "recent_exposed": 5_000, "recent_affected": 3_000, "excess_abandons": 1_000.0,
    "anomaly_q": 0.001, "page_key": "/contact", "component_id": None,
}  # fmt: skip


def add(connection: Connection, **values: object) -> None:
    """One score; unless told otherwise it passes every guard."""
    row = GOOD | values
    connection.execute(
        sql.SQL("insert into public.friction_scores ({}) values ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(sql.Placeholder() * len(row))
        ),
        list(row.values()),
    )


def warm(connection: Connection) -> None:
    """An earlier scored day, so that the first one is over."""
    add(connection, as_of=AS_OF - timedelta(days=1), surface_level="site", surface_key="site", signal="any")


def crowd(
    connection: Connection, element: str, *, raged: int, calm: int, kind: str = "button", page: str = "/cart"
) -> None:
    """Sessions that clicked an element, the first of them in rage; a third of the calm ones converts."""
    values = {"element": element, "raged": raged, "calm": calm, "kind": kind, "page": page}
    connection.execute(
        b"insert into user_sessions (session_id, landing_page)"
        b" select %(element)s || n, '/' from generate_series(1, %(raged)s + %(calm)s) n on conflict do nothing",
        values,
    )
    connection.execute(
        b"insert into behavior_events"
        b' (session_id, event_type, element_path, element_type, page_url, "timestamp", received_at)'
        b" select %(element)s || n, case when n <= %(raged)s then 'rage_click' else 'click' end,"
        b" 'body > ' || %(kind)s || '#' || %(element)s, %(kind)s, 'https://shop.example' || %(page)s,"
        b" '2026-11-20 12:00+00', '2026-11-20 12:01+00'"
        b" from generate_series(1, %(raged)s + %(calm)s) n",
        values,
    )
    connection.execute(
        b"insert into conversion_funnels (session_id, funnel_name, step_name, step_order, entered_at, received_at)"
        b" select %(element)s || n, 'lead_capture', 'lead', 1, '2026-11-20 12:05+00', '2026-11-20 12:06+00'"
        b" from generate_series(%(raged)s + 1, %(raged)s + %(calm)s, 3) n",
        values,
    )


def score(connection: Connection, profile: Profile = "demo", known_at: datetime = NOW) -> None:
    """Score the day as a profile does."""
    score_day(connection, AS_OF, None, known_at, parameters_of(profile))
