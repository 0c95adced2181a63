"""Lines of the native format, of PostHog and of Segment, short to write."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Line = dict[str, Any]
START = datetime(2026, 11, 20, 10, tzinfo=UTC)
SITE = "https://shop.example"


def at(second: float) -> str:
    """The time so many seconds after the visits of these tests began."""
    return (START + timedelta(seconds=second)).isoformat()


def an_id(*parts: object) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, parts))))


def event(session: str, second: float, kind: str = "click", page: str = "/cart", **fields: object) -> Line:
    return {
        "id": an_id(session, second, kind, page),
        "session_id": session,
        "event_type": kind,
        "timestamp": at(second),
        "page_url": SITE + page,
        **fields,
    }


def record(session: str, **fields: object) -> Line:
    """What the source knows about a session itself."""
    return {"kind": "session", "session_id": session, **fields}


def step(session: str, second: float, order: int = 1, funnel: str = "signup", **fields: object) -> Line:
    """A funnel step that the source supplies."""
    return {
        "kind": "funnel_step",
        "session_id": session,
        "funnel_name": funnel,
        "step_name": f"step {order}",
        "step_order": order,
        "entered_at": at(second),
        **fields,
    }


def assignment(session: str, second: float, test: str = "known", variant: str = "A", **fields: object) -> Line:
    return {
        "kind": "assignment",
        "session_id": session,
        "test_id": test,
        "variant": variant,
        "assigned_at": at(second),
        **fields,
    }


def conversion(session: str, second: float, name: str = "order", **fields: object) -> Line:
    return {"kind": "conversion", "session_id": session, "name": name, "at": at(second), **fields}


def posthog(session: str, second: float, name: str = "$pageview", page: str = "/lead", **properties: object) -> Line:
    return {
        "uuid": an_id(session, second, name, page),
        "event": name,
        "distinct_id": f"visitor of {session}",
        "properties": {"$session_id": session, "$current_url": SITE + page, **properties},
        "timestamp": at(second),
        "elements_chain": "",
    }


def touch(session: str, second: float, field: str = "name", form: str = "lead-form") -> Line:
    """Somebody changes a field of a form."""
    chain = f'input:attr__name="{field}"nth-of-type="1";form:attr__id="{form}"nth-of-type="1"'
    return posthog(session, second, "$autocapture", **{"$event_type": "change"}) | {"elements_chain": chain}


def submit(session: str, second: float, form: str = "lead-form") -> Line:
    chain = f'form:attr__id="{form}"nth-of-type="1"'
    return posthog(session, second, "$autocapture", **{"$event_type": "submit"}) | {"elements_chain": chain}


def message(visitor: str, second: float, name: str | None = None, page: str = "/cart", **properties: object) -> Line:
    """A page, or an event the site names, as Segment logs it."""
    url = SITE + page
    line: Line = {
        "type": "track" if name else "page",
        "messageId": f"ajs-next-{an_id(visitor, second, name, page)}",
        "anonymousId": visitor,
        "properties": properties if name else {"url": url, "path": page},
        "context": {"page": {"url": url, "referrer": ""}, "locale": "en-GB", "library": {"name": "analytics.js"}},
        "originalTimestamp": at(second),
        "timestamp": at(second + 0.02),
    }
    return line | {"event": name} if name else line


def dead_click(session: str, second: float, chain: str, delay: float = 3, page: str = "/lead") -> Line:
    """What posthog-js says some seconds after a click had no effect."""
    clicked_ms = round((START + timedelta(seconds=second)).timestamp() * 1000)
    line = posthog(session, second + delay, "$dead_click", page)
    line["properties"] |= {"$dead_click_event_timestamp": clicked_ms, "$time": clicked_ms / 1000 + delay}
    return line | {"elements_chain": chain}


def orders(items: Iterable[int]) -> list[tuple[int, ...]]:
    """Every order of a few things: what must not matter."""
    return list(permutations(items))
