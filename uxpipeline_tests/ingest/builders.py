"""Lines as trackers write them, and what our rules make of them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from uxpipeline.ingest.files.lines import RawLine
from uxpipeline.ingest.funnels import FunnelRules, Step
from uxpipeline.ingest.parsing.transform import LineTransformer
from uxpipeline.ingest.records import Accepted, Event, JsonObject, Outcome
from uxpipeline.ingest.sources.base import source_named
from uxpipeline.ingest.sources.context import Context
from uxpipeline.subjects.tombstones import Tombstones

DATA = Path(__file__).parents[1] / "data"
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
# When the lines below happened, and when they reached the server.
AT = datetime(2026, 10, 5, 7, 38, 46, 143_000, tzinfo=UTC)
ARRIVED = datetime(2026, 10, 5, 7, 38, 47, 230_000, tzinfo=UTC)
EVENT_ID = "01a10b00-37ff-7c36-b988-312ee5154704"
SESSION = "01a10b00-382c-7960-9273-cc25dd12ceb0"
RULES = FunnelRules(
    [
        Step("purchase", "product", 1, "page", "/product*"),
        Step("purchase", "order", 2, "event", "order_completed"),
        Step("lead_capture", "start", 1, "form_start", "lead-form"),
        Step("lead_capture", "lead", 2, "form_submit", "lead-form"),
    ]
)
CONTEXT = Context(rules=RULES)


def native_event(**changes: object) -> JsonObject:
    line: JsonObject = {
        "id": EVENT_ID,
        "session_id": "session-1",
        "event_type": "click",
        "timestamp": "2026-10-05T07:38:46.143+00:00",
        "page_url": "https://shop.example.test/cart",
    }
    return {key: value for key, value in (line | changes).items() if value is not ...}


def posthog_line(event: str = "$pageview", properties: JsonObject | None = None, **changes: object) -> JsonObject:
    common = {
        "$session_id": SESSION,
        "$current_url": "http://shop.example.test/product?sku=1",
        "$session_entry_url": "http://shop.example.test/",
        "$session_entry_referrer": "$direct",
        "$host": "shop.example.test",
        "$viewport_width": 412,
        "$viewport_height": 915,
        "$screen_width": 412,
        "$screen_height": 915,
        "$device_type": "Mobile",
        "$browser_language": "en-US",
        "$raw_user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/156.0.0.0 Mobile Safari/537.36",
        "$lib_version": "1.449.2",
    }
    line: JsonObject = {
        "uuid": EVENT_ID,
        "event": event,
        "distinct_id": "visitor-1",
        "properties": {key: value for key, value in (common | (properties or {})).items() if value is not ...},
        "elements_chain": "",
        "timestamp": "2026-10-05T07:38:46.143000+00:00",
        "created_at": "2026-10-05T07:38:46.230000+00:00",
        "_inserted_at": "2026-10-05T07:38:47.230000+00:00",
    }
    return {key: value for key, value in (line | changes).items() if value is not ...}


def message_line(name: str | None = None, properties: JsonObject | None = None, **changes: object) -> JsonObject:
    """A page, or an event the site names, as Segment logs it."""
    url = "http://shop.example.test/product?sku=1"
    line: JsonObject = {
        "type": "track" if name else "page",
        "event": name or ...,
        "properties": properties if properties is not None else {"url": url, "path": "/product"},
        "messageId": "ajs-next-1759649926143-0b6f2f0e-2f4b-4a0f-9a53-6a2f6a0c8f11",
        "anonymousId": "visitor-1",
        "userId": "jane@example.com",
        "context": {
            "page": {"url": url, "referrer": "https://news.example.org/mugs"},
            "userAgent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/156.0.0.0 Mobile Safari/537.36",
            "locale": "en-US",
            "traits": {"email": "jane@example.com"},
        },
        "originalTimestamp": "2026-10-05T07:38:46.143Z",
        "sentAt": "2026-10-05T07:38:46.200Z",
        "receivedAt": "2026-10-05T07:38:47.230Z",
        "timestamp": "2026-10-05T07:38:47.173Z",
    }
    return {key: value for key, value in (line | changes).items() if value is not ...}


def recorded(kind: int, data: JsonObject, at_ms: int = 1_791_186_000_000, **changes: object) -> JsonObject:
    """One event of rrweb, with the session that whoever stores recordings adds."""
    return {"session_id": SESSION, "type": kind, "data": data, "timestamp": at_ms, **changes}


def transformer(source: str, context: Context = CONTEXT) -> LineTransformer:
    return LineTransformer(source_named(source, context), earliest=EARLIEST, now=NOW, erased=Tombstones(b"key"))


def raw(line: JsonObject) -> RawLine:
    return RawLine(1, json.dumps(line).encode())


def outcome(source: str, line: JsonObject) -> Outcome:
    return transformer(source).outcome(raw(line))


def accepted(source: str, line: JsonObject) -> Accepted:
    result = outcome(source, line)
    assert isinstance(result, Accepted), result
    return result


def event(source: str, line: JsonObject) -> Event:
    [found] = [record for record in accepted(source, line).records if isinstance(record, Event)]
    return found


def an_event(**changes: object) -> Event:
    values: JsonObject = {
        "id": UUID(EVENT_ID),
        "session_id": "session-1",
        "event_type": "click",
        "timestamp": datetime(2026, 10, 5, tzinfo=UTC),
        "page_url": "https://shop.example.test/",
    }
    return Event(**(values | changes))
