"""Lines as trackers write them, and what our rules make of them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from uxpipeline.ingest.funnels import FunnelRules, Step
from uxpipeline.ingest.lines import RawLine
from uxpipeline.ingest.records import Accepted, Event, JsonObject, Outcome
from uxpipeline.ingest.sources.base import source_named
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.transform import LineTransformer
from uxpipeline.subjects.tombstones import Tombstones

DATA = Path(__file__).parents[1] / "data"
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
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
