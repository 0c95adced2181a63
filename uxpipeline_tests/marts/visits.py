"""Visits written into the tables directly, as a beacon does, and forgetting them again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from uxpipeline.db.connect import Connection
from uxpipeline_tests.load.landing import CLEAN
from uxpipeline_tests.load.lines import SITE, START
from uxpipeline_tests.sql.rows import insert

_FORGET_FACTS = """
    delete from uxpipeline.stale_sessions; delete from uxpipeline.repeated_events; delete from uxpipeline.fact_days;
    delete from uxpipeline.session_facts; delete from uxpipeline.session_components;
    delete from uxpipeline.session_friction; delete from uxpipeline.session_funnels;
    delete from uxpipeline.component_totals; delete from uxpipeline.friction_totals;
    delete from uxpipeline.friction_page_totals; delete from uxpipeline.path_totals;
    delete from uxpipeline.day_elements; delete from uxpipeline.restatements; delete from uxpipeline.matview_state;
    delete from uxpipeline.mart_state;
    insert into uxpipeline.mart_state default values;
"""


def forget(connection: Connection) -> None:
    """Empty the database, but for its partitions."""
    connection.execute((CLEAN + _FORGET_FACTS).encode())


def after(**parts: float) -> datetime:
    """The moment so long after the visits of these tests began."""
    return START + timedelta(**parts)


def visit(connection: Connection, session: str = "s", **columns: object) -> None:
    """A session that began at START and has only what `columns` say."""
    row: dict[str, Any] = {"session_id": session, "landing_page": f"{SITE}/", "created_at": START}
    insert(connection, "user_sessions", **(row | columns))


def act(connection: Connection, second: float, kind: str = "click", page: str = "/cart", **columns: object) -> None:
    """An event of session `s`, unless `columns` name another."""
    row: dict[str, Any] = {"session_id": "s", "event_type": kind, "page_url": SITE + page}
    insert(connection, "behavior_events", **(row | {"timestamp": after(seconds=second)} | columns))


def enter(connection: Connection, step: int, second: float, funnel: str = "purchase", **columns: object) -> None:
    """A funnel step that session `s` entered, unless `columns` name another."""
    row: dict[str, Any] = {"session_id": "s", "funnel_name": funnel, "step_name": f"step {step}", "step_order": step}
    insert(connection, "conversion_funnels", **(row | {"entered_at": after(seconds=second)} | columns))


def configure(connection: Connection, funnel: str, steps: Iterable[str]) -> None:
    """Make these the steps of the funnel."""
    connection.execute("delete from uxpipeline.funnel_steps where funnel_name = %s", [funnel])
    for order, name in enumerate(steps, start=1):
        connection.execute("insert into uxpipeline.funnel_steps values (%s, %s, %s)", [funnel, order, name])
