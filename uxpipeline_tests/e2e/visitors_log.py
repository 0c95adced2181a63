"""Sessions as the visitors' own log tells them, and as our tables do, in the same shape."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from uxpipeline.db.connect import Connection

_SESSIONS = b"""
select
    us.session_id,
    us.created_at,
    us.device_type,
    us.page_count,
    us.landing_page,
    us.exit_page
from user_sessions us
order by us.created_at
"""
_EVENTS = b"""
select session_id, event_type, page_url, uxpipeline.element_key(element_path), event_data ->> 'form_id'
from behavior_events
order by session_id, "timestamp", id
"""
_LAST_STEPS = b"""
select session_id, step_name
from conversion_funnels
where step_name in ('order', 'lead', 'newsletter')
order by session_id, step_name
"""


@dataclass(frozen=True)
class Visit:
    """What happened in one session.

    `pages` in the order they were viewed, `rages` as (element, page), the rest sorted.
    """

    start: datetime
    pages: tuple[str, ...]
    rages: tuple[tuple[str, str], ...]
    errors: int
    started: tuple[str, ...]
    submitted: tuple[str, ...]
    abandoned: tuple[str, ...]
    converted: tuple[str, ...]

    def acts(self) -> tuple[object, ...]:
        """Everything but the clock."""
        return (
            self.pages, self.rages, self.errors, self.started, self.submitted, self.abandoned, self.converted
        )  # fmt: skip


def logged_visits(path: Path, shift: timedelta) -> list[Visit]:
    """The visits of an `expected_sessions.json`, their clocks moved like the demo's, by start."""
    return sorted(
        (_logged(session, shift) for session in json.loads(path.read_text(encoding="utf-8"))),
        key=lambda visit: visit.start,
    )


def stored_visits(connection: Connection) -> list[Visit]:
    """The visits in our tables, by start."""
    events: dict[str, list[tuple[str, str, str | None, str | None]]] = {}
    for session, kind, url, element, form in connection.execute(_EVENTS).fetchall():
        events.setdefault(session, []).append((kind, urlsplit(url).path, element, form))
    steps: dict[str, list[str]] = {}
    for session, step in connection.execute(_LAST_STEPS).fetchall():
        steps.setdefault(session, []).append(step)
    return [
        _stored(start, events[session], tuple(steps.get(session, ())))
        for session, start, *_ in connection.execute(_SESSIONS).fetchall()
    ]


def _logged(session: dict[str, Any], shift: timedelta) -> Visit:
    return Visit(
        start=datetime.fromisoformat(session["start"]) + shift,
        pages=tuple(session["pages"]),
        rages=tuple((target, page) for target, _clicks, page in session["rage"]),
        errors=session["errors"],
        started=tuple(sorted(session["started"])),
        submitted=tuple(sorted(session["submitted"])),
        abandoned=tuple(sorted(set(session["started"]) - set(session["submitted"]))),
        converted=tuple(sorted(session["conv"])),
    )


def _stored(start: datetime, events: list[tuple[str, str, str | None, str | None]], steps: tuple[str, ...]) -> Visit:
    def forms(kind: str) -> tuple[str, ...]:
        return tuple(sorted(form or "" for event, _, _, form in events if event == kind))

    return Visit(
        start=start,
        pages=tuple(page for kind, page, _, _ in events if kind == "page_view"),
        rages=tuple((element or "", page) for kind, page, element, _ in events if kind == "rage_click"),
        errors=sum(kind == "error" for kind, *_ in events),
        started=forms("form_start"),
        submitted=forms("form_submit"),
        abandoned=forms("form_abandon"),
        converted=steps,
    )
