"""Lines of the right keys and any values: no adapter makes a mistake about one, nothing private comes through."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.files.enriched import ENRICHED_COLUMNS
from uxpipeline.ingest.files.lines import RawLine
from uxpipeline.ingest.records import Accepted, Event, JsonObject, Rejected, Session
from uxpipeline_tests.ingest.builders import (
    EARLIEST,
    NOW,
    message_line,
    native_event,
    posthog_line,
    recorded,
    transformer,
)
from uxpipeline_tests.ingest.snowplow_files import captured, loaded

NATIVE, POSTHOG, SNOWPLOW = transformer("native"), transformer("posthog"), transformer("snowplow")
SEGMENT, RRWEB = transformer("segment"), transformer("rrweb")
NODES = {
    "type": 0,
    "id": 1,
    "childNodes": [
        {"type": 2, "id": 2, "tagName": "form", "attributes": {"id": "f"}, "childNodes": [
            {"type": 2, "id": 3, "tagName": "input", "attributes": {"name": "a"}, "childNodes": []},
            {"type": 2, "id": 4, "tagName": "button", "attributes": {}, "childNodes": [
                {"type": 3, "id": 5, "textContent": "jane@example.com"},
            ]},
        ]},
    ],
}  # fmt: skip
RECORDED = [
    *("source", "type", "id", "x", "y", "positions", "adds", "removes", "texts", "attributes", "href", "node", "tag"),
    *("payload", "width", "height", "text"),
]
MESSAGE_PROPERTIES = [
    *("url", "path", "referrer", "id", "tag", "text", "component", "form_id", "message", "percentage"),
    *("experiment_id", "experiment_name", "variation_id", "variation_name"),
]
MESSAGE_CONTEXT = ["page", "userAgent", "locale", "screen", "sessionId", "library", "traits"]
ODD = ["", "jane@example.com", "2026-10-05T07:38:46Z", "https://x.test/?a=jane@example.com", "\u202e\u200b", "x" * 5000]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NATIVE_KEYS = [
    *native_event(element_path=1, element_type=1, element_text=1, coordinates=1, viewport_size=1, event_data=1),
    *("component_id", "metadata", "received_at", "landing_page", "exit_page", "exit_reason", "user_agent", "referrer"),
    *("device_type", "screen_resolution", "language", "country_code", "created_at", "duration_seconds", "page_count"),
    *("visitor_key", "funnel_name", "step_name", "step_order", "entered_at", "exited_at", "test_id", "variant"),
    *("assigned_at", "name", "at"),
]
PROPERTIES = [
    *posthog_line()["properties"],
    *("$event_type", "$elements", "$exception_list", "$prev_pageview_max_scroll_percentage", "$prev_pageview_duration"),
    *("$feature_flag", "$feature_flag_response", "$geoip_country_code"),
]
SNOWPLOW_EVENTS = {row["event_name"]: loaded(row) for row in captured()}
SNOWPLOW_JSON = {name for row in SNOWPLOW_EVENTS.values() for name in row if name.startswith(("contexts", "unstruct"))}
EVENTS = [
    "$pageview",
    "$pageleave",
    "$autocapture",
    "$rageclick",
    "$exception",
    "$feature_flag_called",
    "order_completed",
]


@given(
    st.sampled_from(["event", "session", "funnel_step", "assignment", "conversion"]),
    st.dictionaries(st.sampled_from(NATIVE_KEYS), values, max_size=4),
)
def test_native(kind: str, odd: JsonObject) -> None:
    check(NATIVE.outcome(line({**native_event(kind=kind), **odd})))


@given(
    st.sampled_from(EVENTS),
    st.dictionaries(st.sampled_from(PROPERTIES), values, max_size=4),
    st.dictionaries(st.sampled_from(sorted(posthog_line())), values, max_size=1),
    st.sampled_from(["click", "change", "submit"]),
)
def test_posthog(event: str, odd: JsonObject, changes: JsonObject, kind: str) -> None:
    check(POSTHOG.outcome(line(posthog_line(event, {"$event_type": kind, **odd}) | changes)))


@given(
    st.sampled_from(sorted(SNOWPLOW_EVENTS)),
    st.dictionaries(st.sampled_from([*ENRICHED_COLUMNS, *sorted(SNOWPLOW_JSON)]), values, max_size=4),
)
def test_snowplow(event: str, odd: JsonObject) -> None:
    common = {name: cell for name, cell in SNOWPLOW_EVENTS[event].items() if cell}
    check(SNOWPLOW.outcome(line(common | odd)))


@given(
    st.sampled_from(
        [None, "Element Clicked", "Form Started", "Form Submitted", "Experiment Viewed", "order_completed"]
    ),
    st.dictionaries(st.sampled_from(MESSAGE_PROPERTIES), values, max_size=4),
    st.dictionaries(st.sampled_from(MESSAGE_CONTEXT), values, max_size=3),
    st.dictionaries(st.sampled_from(sorted(message_line("x"))), values, max_size=1),
)
def test_segment(name: str | None, properties: JsonObject, context: JsonObject, changes: JsonObject) -> None:
    content = message_line(name, properties)
    check(SEGMENT.outcome(line(content | {"context": content["context"] | context} | changes)))


@given(
    st.lists(
        st.tuples(
            st.integers(-1, 7),
            st.sampled_from(range(8)) | values,
            st.dictionaries(st.sampled_from(RECORDED), values | st.integers(0, 9) | st.just(NODES), max_size=5),
            st.integers(0, 5),
        ),
        max_size=8,
    )
)
def test_rrweb(events: list[tuple[int, object, JsonObject, int]]) -> None:
    recording = [recorded(4, {"href": "https://x.test/a", "width": 5, "height": 5}), recorded(2, {"node": NODES})]
    recording += [
        recorded(kind, {"source": source, **data}, 1_791_186_000_001 + 700 * at) for kind, source, data, at in events
    ]
    rrweb = transformer("rrweb")
    for each in rrweb.ordered(map(line, recording)):
        check(rrweb.outcome(each))


@pytest.mark.parametrize("each", [NATIVE, POSTHOG, SNOWPLOW, SEGMENT, RRWEB])
@given(raw=st.binary(max_size=100))
def test_any_bytes(each: Any, raw: bytes) -> None:  # noqa: ANN401 - any transformer
    assert isinstance(each.outcome(RawLine(1, raw)), Rejected)


def line(content: JsonObject) -> RawLine:
    return RawLine(1, json.dumps(content).encode())


def check(outcome: object) -> None:
    if isinstance(outcome, Rejected):
        assert outcome.reason != "adapter_error", outcome
    if isinstance(outcome, Accepted):
        for record in outcome.records:
            check_record(record)


def check_record(record: object) -> None:
    if isinstance(record, Event):
        assert EARLIEST <= record.timestamp <= datetime.max.replace(tzinfo=NOW.tzinfo)
        assert "@" not in record.page_url
    if isinstance(record, Event | Session):
        for text in texts(record):
            assert "jane@example.com" not in text
            assert "\u202e" not in text


def texts(record: Event | Session) -> Iterator[str]:
    for field in record.__struct_fields__:
        value = getattr(record, field)
        yield value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
