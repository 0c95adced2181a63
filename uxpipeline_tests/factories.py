"""Small native events with named journeys."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from uxpipeline.db.connect import Connection

START = datetime(2026, 11, 10, 9, tzinfo=UTC)
SITE = "https://shop.example"
PAST = {"timestamp": "2026-01-05T10:00:00+00:00"}
"""For events that are over, whatever the time is."""


def event(session: str, kind: str, second: float, **fields: object) -> dict[str, Any]:
    """One native event line; its id follows from what it is."""
    at = START + timedelta(seconds=second)
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{session}/{kind}/{second}")),
        "session_id": session,
        "event_type": kind,
        "timestamp": at.isoformat(),
        "page_url": f"{SITE}/cart",
        **fields,
    }


def visit(
    session: str, *, path: str = "/cart", clicks: Iterable[str] = (), rages: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """A page view, then clicks and rage clicks on elements given by id."""
    page = {"page_url": SITE + path}
    lines = [event(session, "page_view", 0, **page)]
    for second, (kind, element) in enumerate(
        [*(("click", one) for one in clicks), *(("rage_click", one) for one in rages)], 1
    ):
        place = {"element_path": f"body > main > button#{element}", "element_type": "button", "component_id": "basket"}
        lines.append(event(session, kind, second, **page, **place))
    return lines


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> Path:
    """Write native lines to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def scalar(connection: Connection, query: str) -> Any:  # noqa: ANN401
    """The one value a query returns."""
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]
