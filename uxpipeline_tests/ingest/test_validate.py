from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from uxpipeline.ingest.parsing.validate import EVENT_TYPES, Validator
from uxpipeline.ingest.records import Assignment, Conversion, FunnelStep, JsonObject, Record, Session
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline_tests.ingest.builders import EARLIEST, EVENT_ID, NOW, an_event

AT = datetime(2026, 10, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)
VALIDATOR = Validator(EARLIEST, NOW)


def session(**changes: object) -> Session:
    values: JsonObject = {"session_id": "s", "at": None, **changes}
    return Session(**values)


def step(**changes: object) -> FunnelStep:
    values: JsonObject = {
        "id": UUID(EVENT_ID),
        "session_id": "s",
        "funnel_name": "f",
        "step_name": "one",
        "step_order": 1,
    }
    return FunnelStep(**{**values, "entered_at": AT, **changes})


def assignment(**changes: object) -> Assignment:
    values: JsonObject = {"id": UUID(EVENT_ID), "session_id": "s", "test_id": "t", "variant": "A", "assigned_at": AT}
    return Assignment(**(values | changes))


def conversion(**changes: object) -> Conversion:
    values: JsonObject = {"session_id": "s", "name": "order", "at": AT, **changes}
    return Conversion(**values)


@pytest.mark.parametrize("record", [an_event(), session(), step(), assignment(), conversion()])
def test_a_sound_record_passes_as_it_is(record: Record) -> None:
    assert VALIDATOR.check(record) == record


@pytest.mark.parametrize(
    ("record", "reason", "detail"),
    [
        (an_event(session_id="jane@example.com"), "bad_session_id", "session_id"),
        (session(session_id=""), "bad_session_id", "session_id"),
        (an_event(event_type="Click"), "unknown_event_type", "event_type"),
        (an_event(page_url=""), "missing_field", "page_url"),
        (an_event(timestamp=EARLIEST - SECOND), "time_out_of_range", "timestamp"),
        (an_event(timestamp=NOW + timedelta(minutes=5) + SECOND), "time_out_of_range", "timestamp"),
        (an_event(event_data={"x": "y" * 70_000}), "too_large", "event_data"),
        (an_event(metadata={"x": "y" * 70_000}), "too_large", "metadata"),
        (session(created_at=NOW + timedelta(days=1)), "time_out_of_range", "created_at"),
        (session(duration_seconds=-1), "number_out_of_range", "duration_seconds"),
        (session(duration_seconds=3_000_000_000), "number_out_of_range", "duration_seconds"),
        (session(page_count=0), "number_out_of_range", "page_count"),
        (step(step_order=0), "number_out_of_range", "step_order"),
        (step(step_order=2**31), "number_out_of_range", "step_order"),
        (step(exited_at=AT - SECOND), "exit_before_entry", "exited_at"),
        (step(exited_at=NOW + timedelta(days=1)), "time_out_of_range", "exited_at"),
        (step(entered_at=EARLIEST - SECOND), "time_out_of_range", "entered_at"),
        (step(duration_seconds=-1), "number_out_of_range", "duration_seconds"),
        (step(funnel_name=" "), "missing_field", "funnel_name"),
        (step(step_name="x" * 201), "too_long", "step_name"),
        (assignment(variant="control"), "unknown_variant", "variant"),
        (assignment(test_id="\u200b"), "missing_field", "test_id"),
        (assignment(assigned_at=EARLIEST - SECOND), "time_out_of_range", "assigned_at"),
        (conversion(name=""), "missing_field", "name"),
        (conversion(at=NOW + timedelta(days=1)), "time_out_of_range", "at"),
        (conversion(test_id="x" * 201), "too_long", "test_id"),
    ],
)
def test_what_would_change_the_meaning_refuses_the_line(record: Record, reason: str, detail: str) -> None:
    with pytest.raises(LineRefused) as refusal:
        VALIDATOR.check(record)
    assert (refusal.value.rejected.reason, refusal.value.rejected.detail) == (reason, detail)


@pytest.mark.parametrize("moment", [EARLIEST, NOW, NOW + timedelta(minutes=5)])
def test_times_within_the_window_pass(moment: datetime) -> None:
    assert VALIDATOR.check(an_event(timestamp=moment))


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
def test_every_event_type_of_the_schema_passes(event_type: str) -> None:
    assert VALIDATOR.check(an_event(event_type=event_type))


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("page_url", "/" + "x" * 1000, "/" + "x" * 996 + "…"),
        ("element_path", "body > " * 200 + "button#end", "…" + ("body > " * 200 + "button#end")[-997:]),
        ("element_type", "x" * 201, "x" * 197 + "…"),
        ("element_text", "é" * 2049, "é" * 2046 + "…"),
        ("component_id", "é" * 101, "é" * 98 + "…"),
    ],
)
def test_long_texts_are_shortened_and_say_so(field: str, value: str, kept: str) -> None:
    checked = VALIDATOR.check(an_event(**{field: value}, metadata={"kept": 1}))
    changes = [{"field": field, "reason": "shortened"}]
    assert checked == an_event(**{field: kept}, metadata={"kept": 1, "changes": changes})


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"coordinates": [1, 2]}, "coordinates", "not_an_object"),
        ({"viewport_size": "412x915"}, "viewport_size", "not_an_object"),
        ({"coordinates": {"x": "y" * 5000}}, "coordinates", "too_large"),
        ({"event_data": {"hesitation_ms": "abc"}}, "event_data.hesitation_ms", "not_a_number_in_range"),
        ({"event_data": {"hesitation_ms": -1}}, "event_data.hesitation_ms", "not_a_number_in_range"),
        ({"event_data": {"hesitation_ms": 86_400_001}}, "event_data.hesitation_ms", "not_a_number_in_range"),
        ({"event_data": {"hesitation_ms": True}}, "event_data.hesitation_ms", "not_a_number_in_range"),
        ({"event_data": {"hesitation_ms": [1]}}, "event_data.hesitation_ms", "not_a_number_in_range"),
        ({"event_data": {"hesitation_ms": 10**400}}, "event_data.hesitation_ms", "not_a_number_in_range"),
        ({"event_data": {"percentage": "85%"}}, "event_data.percentage", "not_a_number_in_range"),
        ({"event_data": {"percentage": 100.1}}, "event_data.percentage", "not_a_number_in_range"),
    ],
)
def test_values_that_are_no_sense_are_left_out_and_say_so(changes: JsonObject, field: str, reason: str) -> None:
    checked = VALIDATOR.check(an_event(**changes))
    assert checked == an_event(metadata={"changes": [{"field": field, "reason": reason}]})


@pytest.mark.parametrize(
    ("given", "kept"), [(0, 0), (86_400_000, 86_400_000), (1203.2999999970198, 1203.3), ("1200", "1200"), (1e-9, 0.0)]
)
def test_measures_keep_what_the_views_can_read(given: object, kept: object) -> None:
    checked = VALIDATOR.check(an_event(event_data={"hesitation_ms": given, "other": "abc"}))
    assert checked == an_event(event_data={"hesitation_ms": kept, "other": "abc"})


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("device_type", "smarttv", None),
        ("device_type", "Mobile", "mobile"),
        ("exit_reason", "bored", None),
        ("exit_reason", "close", "close"),
        ("country_code", "us", "US"),
        ("country_code", "USA", None),
        ("country_code", "u", None),
        ("country_code", "ßa", None),
        ("screen_resolution", "412x915", "412x915"),
        ("screen_resolution", "wide", None),
        ("language", "en-GB", "en-GB"),
        ("language", "<script>", None),
        ("landing_page", "", None),
        ("exit_page", "/" + "x" * 1000, "/" + "x" * 996 + "…"),
        ("received_at", NOW + timedelta(days=1), None),
        ("received_at", NOW, NOW),
    ],
)
def test_a_session_keeps_what_its_columns_know(field: str, given: object, kept: object) -> None:
    assert VALIDATOR.check(session(**{field: given})) == session(**{field: kept})


@pytest.mark.parametrize(
    "build",
    [
        lambda text: an_event(element_text=text, element_path=text, component_id=text, element_type=text),
        lambda text: step(dropoff_reason=text, step_name=text, funnel_name=text),
        lambda text: assignment(test_id=text),
        lambda text: conversion(name=text, test_id=text),
        lambda text: session(user_agent=text, landing_page=text, exit_page=text, referrer=text),
    ],
)
def test_no_stored_text_holds_invisible_characters(build: Callable[[str], Record]) -> None:
    assert VALIDATOR.check(build("a\x00\u202eb\u200b\x1b\U000e0041")) == build("ab")


@pytest.mark.parametrize("field", ["element_path", "element_type", "element_text", "component_id"])
def test_an_empty_text_of_an_event_is_none(field: str) -> None:
    assert VALIDATOR.check(an_event(**{field: ""})) == an_event(**{field: None})
