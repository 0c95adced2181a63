from datetime import UTC, datetime
from uuid import UUID

import pytest

from uxpipeline.ingest.masking.records import visitor_hash
from uxpipeline.ingest.records import (
    Accepted,
    Assignment,
    Conversion,
    Event,
    FunnelStep,
    JsonObject,
    Rejected,
    Session,
)
from uxpipeline_tests.ingest.builders import AT, EVENT_ID, accepted, event, native_event, outcome


def steps(line: JsonObject) -> list[tuple[str, str, int]]:
    records = accepted("native", line).records
    return [(step.funnel_name, step.step_name, step.step_order) for step in records if isinstance(step, FunnelStep)]


def test_an_event_has_the_columns_of_its_table() -> None:
    line = native_event(
        element_path="body > button#buy",
        element_type="button",
        element_text="Buy",
        coordinates={"x": 1, "y": 2.5},
        viewport_size={"width": 412},
        event_data={"n": 1},
        component_id="cta",
        metadata={"v": "1"},
        received_at="2026-10-05T09:00:00+02:00",
        unknown="left out",
    )
    assert accepted("native", line) == Accepted(
        EVENT_ID,
        "session-1",
        "event",
        (
            Event(
                id=UUID(EVENT_ID),
                session_id="session-1",
                event_type="click",
                timestamp=AT,
                page_url="https://shop.example.test/cart",
                element_path="body > button#buy",
                element_type="button",
                element_text="Buy",
                coordinates={"x": 1, "y": 2.5},
                viewport_size={"width": 412},
                event_data={"n": 1},
                component_id="cta",
                metadata={"v": "1"},
                received_at=datetime(2026, 10, 5, 7, tzinfo=UTC),
            ),
        ),
    )


def test_null_is_absent() -> None:
    line = native_event(element_path=None, event_data=None, metadata=None, received_at=None, kind=None)
    assert event("native", line) == event("native", native_event())


def test_an_event_without_id_gets_the_same_one_again() -> None:
    first, again = (accepted("native", native_event(id=absent)) for absent in (None, ...))
    other = accepted("native", native_event(id=..., timestamp="2026-10-05T07:38:47+00:00"))
    assert first.source_id == str(event("native", native_event(id=None)).id)
    assert first.source_id != other.source_id
    assert again.source_id == accepted("native", native_event(id=...)).source_id


def test_a_session_record_speaks_for_itself() -> None:
    line = {
        "kind": "session",
        "session_id": "s",
        "landing_page": "https://x.test/?utm_source=a",
        "exit_page": "https://x.test/bye",
        "exit_reason": "close",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36",
        "referrer": "https://news.example.org/mugs",
        "device_type": "desktop",
        "screen_resolution": "1280x800",
        "language": "en",
        "country_code": "de",
        "created_at": "2026-10-05T07:38:46.143Z",
        "duration_seconds": 60.0,
        "page_count": 2,
        "visitor_key": "jane",
        "received_at": "2026-10-05T08:00:00Z",
    }
    [session] = accepted("native", line).records
    assert session == Session(
        session_id="s",
        at=None,
        landing_page="https://x.test/?utm_source=a",
        exit_page="https://x.test/bye",
        exit_reason="close",
        user_agent="Chrome 156 / Linux",
        referrer="https://news.example.org",
        device_type="desktop",
        screen_resolution="1280x800",
        language="en",
        country_code="DE",
        created_at=AT,
        duration_seconds=60,
        page_count=2,
        visitor=visitor_hash(b"key", "jane"),
        received_at=datetime(2026, 10, 5, 8, tzinfo=UTC),
    )


def test_a_funnel_step_of_the_source_is_not_derived() -> None:
    line = {"kind": "funnel_step", "id": EVENT_ID, "session_id": "s", "funnel_name": "f", "step_name": "one"}
    [step] = accepted("native", {**line, "step_order": 1, "entered_at": "2026-10-05T07:38:46.143Z"}).records
    assert step == FunnelStep(
        id=UUID(EVENT_ID), session_id="s", funnel_name="f", step_name="one", step_order=1, entered_at=AT
    )


def test_an_assignment_waits_for_its_test() -> None:
    line = {"kind": "assignment", "id": EVENT_ID, "session_id": "s", "test_id": "t", "variant": "B"}
    [assignment] = accepted("native", {**line, "assigned_at": "2026-10-05T07:38:46.143Z"}).records
    assert assignment == Assignment(
        id=UUID(EVENT_ID), test_id="t", session_id="s", variant="B", assigned_at=AT, park=True
    )


def test_a_conversion_reaches_the_steps_that_its_name_is_a_rule_of() -> None:
    line = {"kind": "conversion", "session_id": "s", "name": "order_completed", "at": "2026-10-05T07:38:46.143Z"}
    conversion, step = accepted("native", line).records
    assert conversion == Conversion(session_id="s", name="order_completed", at=AT)
    assert isinstance(step, FunnelStep)
    assert (step.step_name, step.entered_at, step.derived) == ("order", AT, True)
    assert len(accepted("native", {**line, "name": "other", "test_id": "t"}).records) == 1


@pytest.mark.parametrize(
    ("changes", "reached"),
    [
        ({"event_type": "page_view", "page_url": "https://x.test/products?a=1"}, [("purchase", "product", 1)]),
        ({"event_type": "page_view", "page_url": "https://x.test/cart"}, []),
        ({"event_type": "click", "page_url": "https://x.test/products"}, []),
        ({"event_type": "form_start", "event_data": {"form_id": "lead-form"}}, [("lead_capture", "start", 1)]),
        ({"event_type": "form_submit", "event_data": {"form_id": "lead-form"}}, [("lead_capture", "lead", 2)]),
        ({"event_type": "form_submit", "element_path": "main > form#lead-form"}, [("lead_capture", "lead", 2)]),
        ({"event_type": "form_submit", "element_path": "form#lead-form > input"}, []),
        ({"event_type": "form_submit"}, []),
    ],
)
def test_rules_find_steps_in_events(changes: JsonObject, reached: list[tuple[str, str, int]]) -> None:
    assert steps(native_event(**changes)) == reached


def test_derived_steps_are_told_from_supplied_ones() -> None:
    _, step = accepted("native", native_event(event_type="page_view", page_url="https://x.test/product")).records
    assert isinstance(step, FunnelStep)
    assert step.metadata["detector"] == "uxpipeline.funnels"
    assert step.derived


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"kind": "visit"}, "unknown_kind", "kind"),
        ({"kind": 5}, "wrong_type", "kind"),
        ({"session_id": ...}, "missing_field", "session_id"),
        ({"session_id": 5}, "wrong_type", "session_id"),
        ({"session_id": "jane@example.com"}, "bad_session_id", "session_id"),
        ({"id": "1"}, "bad_id", "id"),
        ({"event_type": ...}, "missing_field", "event_type"),
        ({"event_type": ""}, "missing_field", "event_type"),
        ({"event_type": "CLICK"}, "unknown_event_type", "event_type"),
        ({"timestamp": ...}, "missing_field", "timestamp"),
        ({"timestamp": "2026-10-05T07:38:46"}, "bad_time", "timestamp"),
        ({"timestamp": 1791185926143}, "bad_time", "timestamp"),
        ({"timestamp": "2019-12-31T23:59:59Z"}, "time_out_of_range", "timestamp"),
        ({"received_at": "tomorrow"}, "bad_time", "received_at"),
        ({"page_url": ...}, "missing_field", "page_url"),
        ({"page_url": ""}, "missing_field", "page_url"),
        ({"page_url": ["/"]}, "wrong_type", "page_url"),
        ({"element_text": 5}, "wrong_type", "element_text"),
        ({"event_data": [1, 2]}, "wrong_type", "event_data"),
        ({"event_data": "x"}, "wrong_type", "event_data"),
        ({"metadata": "null"}, "wrong_type", "metadata"),
        ({"kind": "session", "duration_seconds": "5"}, "wrong_type", "duration_seconds"),
        ({"kind": "session", "duration_seconds": 5.5}, "wrong_type", "duration_seconds"),
        ({"kind": "session", "page_count": True}, "wrong_type", "page_count"),
        ({"kind": "session", "page_count": 10**300}, "number_out_of_range", "page_count"),
        ({"kind": "funnel_step"}, "missing_field", "funnel_name"),
        ({"kind": "assignment", "test_id": "t"}, "missing_field", "variant"),
        ({"kind": "conversion", "name": "x"}, "missing_field", "at"),
    ],
)
def test_a_bad_line_is_refused_by_field(changes: JsonObject, reason: str, detail: str) -> None:
    assert outcome("native", native_event(**changes)) == Rejected(reason, detail)
