"""Segment and RudderStack: one message a line."""

from typing import Any

import pytest

from uxpipeline.ingest.funnels import FunnelRules, Step
from uxpipeline.ingest.ids import derived_id
from uxpipeline.ingest.masking.records import visitor_hash
from uxpipeline.ingest.parsing.transform import quarantine_payload
from uxpipeline.ingest.records import (
    Accepted,
    Assignment,
    Event,
    FunnelStep,
    Ignored,
    JsonObject,
    Moment,
    Rejected,
    Session,
)
from uxpipeline.ingest.sources.context import Context
from uxpipeline_tests.ingest.builders import ARRIVED, AT, accepted, event, message_line, outcome, raw, transformer

MESSAGE_ID = derived_id("message", message_line()["messageId"])
CLICK = {"id": "hero-cta", "tag": "a", "text": "Shop mugs", "component": "hero"}


def of_type(line: JsonObject, kind: type, source: str = "segment") -> list[Any]:
    return [record for record in accepted(source, line).records if isinstance(record, kind)]


def in_context(**changes: object) -> JsonObject:
    return message_line(context=message_line()["context"] | changes)


def test_a_page_is_a_page_view() -> None:
    page = accepted("segment", message_line())
    assert (page.source_id, page.kind) == (str(MESSAGE_ID), "page")
    assert event("segment", message_line()) == Event(
        id=MESSAGE_ID,
        session_id="visitor-1",
        event_type="page_view",
        timestamp=AT,
        page_url="http://shop.example.test/product",
        received_at=ARRIVED,
    )
    assert [step.step_name for step in of_type(message_line(), FunnelStep)] == ["product"]


def test_a_message_says_who_it_was_without_saying_it_in_clear() -> None:
    [session] = of_type(message_line(), Session)
    assert session == Session(
        session_id="visitor-1",
        at=AT,
        referrer="https://news.example.org",
        user_agent="Chrome 156 / Android",
        device_type="mobile",
        language="en-US",
        visitor=visitor_hash(b"key", "visitor-1"),
        received_at=ARRIVED,
    )
    assert "jane" not in repr(accepted("segment", message_line()))


@pytest.mark.parametrize("referrer", ["$direct", "", None, 5, "http://shop.example.test/cart"])
def test_nobody_else_referred_a_direct_visit(referrer: object) -> None:
    page = message_line()["context"]["page"] | {"referrer": referrer}
    assert of_type(in_context(page=page), Session)[0].referrer is None


def test_a_visitor_without_a_session_is_cut_into_visits_later() -> None:
    assert of_type(message_line(), Moment) == [
        Moment(session_id="visitor-1", visitor=visitor_hash(b"key", "visitor-1"), at=AT)
    ]


@pytest.mark.parametrize("number", [1795352716022, "1795352716022"])
def test_a_session_number_is_the_visitors_own(number: object) -> None:
    line = in_context(sessionId=number, screen={"width": 412, "height": 915, "innerWidth": 400, "innerHeight": 700})
    assert accepted("rudderstack", line).session_id == "visitor-1:1795352716022"
    assert of_type(line, Moment, "rudderstack") == []
    assert of_type(line, Session, "rudderstack")[0].screen_resolution == "412x915"
    assert event("rudderstack", line).viewport_size == {"width": 400, "height": 700}


@pytest.mark.parametrize("number", [None, True, "", [1]])
def test_what_is_no_session_number_is_as_good_as_none(number: object) -> None:
    assert len(of_type(in_context(sessionId=number), Moment, "rudderstack")) == 1


def test_a_uuid_of_a_message_stays() -> None:
    assert event("rudderstack", message_line(messageId=str(MESSAGE_ID))).id == MESSAGE_ID


def test_a_click_that_a_site_sends_has_what_the_site_says_of_its_element() -> None:
    click = event("segment", message_line("Element Clicked", CLICK))
    assert (click.event_type, click.element_path, click.element_type, click.element_text, click.component_id) == (
        "click",
        "a#hero-cta",
        "a",
        "Shop mugs",
        "hero",
    )
    assert "of" in click.metadata["rage_clicks"]


def test_clicks_on_nothing_in_particular_are_no_rage() -> None:
    assert event("segment", message_line("Element Clicked", {"tag": "a"})).metadata == {}


def test_forms() -> None:
    start = event("segment", message_line("Form Started", {"form_id": "lead-form", "field": "email"}))
    assert start.id == derived_id("visitor-1", "lead-form", "form_start")
    assert start.earliest_only
    assert start.event_data == {"form_id": "lead-form", "field": "email"}
    line = message_line("Form Submitted", {"form_id": "lead-form"})
    submit = event("segment", line)
    assert (submit.event_type, submit.event_data, submit.element_path) == (
        "form_submit",
        {"form_id": "lead-form"},
        "form#lead-form",
    )
    assert [step.step_name for step in of_type(line, FunnelStep)] == ["lead"]


@pytest.mark.parametrize("name", ["order_completed", "Order Completed", "order-completed"])
def test_a_rule_sees_an_event_however_its_name_is_written(name: str) -> None:
    assert [step.step_name for step in of_type(message_line(name, {}), FunnelStep)] == ["order"]


def test_a_rule_for_the_very_name_wins() -> None:
    rules = FunnelRules([Step("a", "exact", 1, "event", "Order Done"), Step("b", "snake", 1, "event", "order_done")])
    told = transformer("segment", Context(rules=rules)).outcome(raw(message_line("Order Done", {})))
    assert isinstance(told, Accepted)
    assert [record.step_name for record in told.records if isinstance(record, FunnelStep)] == ["exact"]


def test_events_may_be_given_a_type() -> None:
    named = Context(rules=FunnelRules(event_types={"Broken": "error"}))
    told = transformer("segment", named).outcome(raw(message_line("Broken", {"message": "no jane@example.com"})))
    assert isinstance(told, Accepted)
    [error] = [record for record in told.records if isinstance(record, Event)]
    assert (error.event_type, error.event_data) == ("error", {"message": "no [email]"})


@pytest.mark.parametrize(
    "told",
    [
        {"experiment_id": "pay-button", "variation_name": "test"},
        {"experimentId": "pay-button", "experiment_name": "Pay", "variationId": "B"},
        {"experiment_name": "pay-button", "variation_name": "Blue", "variation_id": "B"},
    ],
)
def test_seeing_an_experiment_assigns_a_variant(told: JsonObject) -> None:
    [assignment] = of_type(message_line("Experiment Viewed", told), Assignment)
    assert (assignment.id, assignment.test_id, assignment.variant, assignment.assigned_at, assignment.park) == (
        MESSAGE_ID,
        "pay-button",
        "B",
        AT,
        False,
    )


@pytest.mark.parametrize("told", [{}, {"experiment_id": "x"}, {"experiment_id": "x", "variation_name": "blue"}])
def test_other_experiments_are_ignored(told: JsonObject) -> None:
    line = message_line("Experiment Viewed", told)
    assert outcome("segment", line) == Ignored(str(MESSAGE_ID), None, "Experiment Viewed")


@pytest.mark.parametrize("kind", ["identify", "group", "alias", "screen"])
def test_what_has_no_place_is_ignored_by_kind_whoever_sent_it(kind: str) -> None:
    assert outcome("segment", message_line(type=kind)) == Ignored(str(MESSAGE_ID), None, kind)
    assert outcome("segment", message_line(type=kind, anonymousId=...)) == Ignored(str(MESSAGE_ID), None, kind)


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (message_line(type=...), "missing_field", "type"),
        (message_line(messageId=...), "missing_field", "messageId"),
        (message_line(anonymousId=...), "no_session", "anonymousId"),
        (message_line(anonymousId=""), "no_session", "anonymousId"),
        (message_line(anonymousId="jane@example.com"), "bad_session_id", "session_id"),
        (message_line(anonymousId="x" * 190), "bad_session_id", "session_id"),
        (message_line("Element Clicked", {}, context={}), "missing_field", "context.page.url"),
        (message_line("") | {"type": "track"}, "missing_field", "event"),
        (message_line(originalTimestamp=..., timestamp=...), "missing_field", "timestamp"),
        (message_line(originalTimestamp="yesterday"), "bad_time", "originalTimestamp"),
        (message_line(originalTimestamp="9999-12-31T23:59:59Z", sentAt="2020-01-01T00:00:00Z"),
         "time_out_of_range", "originalTimestamp"),
        (message_line(context=5), "wrong_type", "context"),
        (message_line() | {"properties": []}, "wrong_type", "properties"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_by_field(line: JsonObject, reason: str, detail: str) -> None:
    assert outcome("segment", line) == Rejected(reason, detail)


def test_a_rejected_message_is_kept_without_who_sent_it() -> None:
    kept = quarantine_payload(raw(message_line(originalTimestamp="x", request_ip="192.0.2.1")))
    for who in ("visitor-1", "jane", "192.0.2.1"):
        assert who not in kept
