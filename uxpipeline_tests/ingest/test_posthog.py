import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from uxpipeline.ingest.ids import derived_id
from uxpipeline.ingest.masking.records import visitor_hash
from uxpipeline.ingest.records import (
    Accepted,
    Assignment,
    Event,
    FunnelStep,
    Ignored,
    JsonObject,
    Record,
    Rejected,
    Remark,
    Session,
)
from uxpipeline.ingest.sources.posthog import PostHog
from uxpipeline_tests.ingest.builders import (
    ARRIVED,
    AT,
    CONTEXT,
    EVENT_ID,
    SESSION,
    accepted,
    event,
    outcome,
    posthog_line,
)

FORM = ';form:attr__id="lead-form"nth-of-type="1";body:nth-of-type="1"'
FIELD = 'input:attr__name="email"nth-of-type="1"' + FORM
BUTTON = 'button:attr__id="send"attr__data-component="send-lead"nth-of-type="1"text="Send"' + FORM


def captured(kind: str, chain: str, **changes: object) -> JsonObject:
    return posthog_line("$autocapture", {"$event_type": kind, "$el_text": "Send"}, elements_chain=chain, **changes)


def of_type(line: JsonObject, kind: type[Record]) -> list[Record]:
    return [record for record in accepted("posthog", line).records if isinstance(record, kind)]


def steps(line: JsonObject) -> list[str]:
    return [step.step_name for step in of_type(line, FunnelStep) if isinstance(step, FunnelStep)]


def test_a_page_view_has_page_and_viewport_and_keeps_the_trackers_id() -> None:
    line = posthog_line(properties={"$current_url": "http://shop.example.test/cart?name=Jane#x"})
    assert event("posthog", line) == Event(
        id=UUID(EVENT_ID),
        session_id=SESSION,
        event_type="page_view",
        timestamp=AT,
        page_url="http://shop.example.test/cart",
        viewport_size={"width": 412, "height": 915},
        received_at=ARRIVED,
    )
    result = accepted("posthog", line)
    assert (result.source_id, result.session_id, result.kind) == (EVENT_ID, SESSION, "$pageview")


def test_every_event_speaks_of_its_session() -> None:
    properties = {
        "$session_entry_url": "http://shop.example.test/?utm_source=news&gclid=1",
        "$session_entry_referrer": "https://news.example.org/mugs",
        "$geoip_country_code": "DE",
    }
    assert of_type(posthog_line(properties=properties), Session) == [
        Session(
            session_id=SESSION,
            at=AT,
            landing_page="http://shop.example.test/?utm_source=news",
            user_agent="Chrome 156 / Android",
            referrer="https://news.example.org",
            device_type="mobile",
            screen_resolution="412x915",
            language="en-US",
            country_code="DE",
            visitor=visitor_hash(b"key", "visitor-1"),
            received_at=ARRIVED,
        )
    ]


@pytest.mark.parametrize(
    "referrer", ["$direct", "http://shop.example.test/products", "HTTP://SHOP.EXAMPLE.TEST", "", None]
)
def test_nobody_else_referred_a_direct_or_resumed_visit(referrer: str | None) -> None:
    mapped = PostHog(CONTEXT).parse(posthog_line(properties={"$session_entry_referrer": referrer}))
    assert isinstance(mapped, Accepted)
    session = mapped.records[0]
    assert isinstance(session, Session)
    assert session.referrer is None


def test_odd_properties_are_as_good_as_none() -> None:
    odd = {"$screen_width": "wide", "$viewport_width": True, "$browser_language": 5, "$device_type": [], "$host": {}}
    line = posthog_line(properties=odd, distinct_id=5)
    [session] = of_type(line, Session)
    assert isinstance(session, Session)
    assert (session.screen_resolution, session.language, session.device_type, session.visitor) == (None,) * 4
    assert event("posthog", line).viewport_size is None


def test_a_click_has_its_element() -> None:
    [click] = of_type(captured("click", BUTTON), Event)
    assert isinstance(click, Event)
    assert (click.event_type, click.element_path, click.element_type, click.element_text, click.component_id) == (
        "click",
        "body > form#lead-form > button#send",
        "button",
        "Send",
        "send-lead",
    )
    assert accepted("posthog", captured("click", BUTTON)).kind == "$autocapture:click"


@pytest.mark.parametrize("kind", ["click", "change"])
def test_each_touch_of_a_field_may_be_the_start_of_its_form(kind: str) -> None:
    found = accepted("posthog", captured(kind, FIELD)).records
    [start] = [record for record in found if isinstance(record, Event) and record.event_type == "form_start"]
    [step] = of_type(captured(kind, FIELD), FunnelStep)
    assert start == Event(
        id=derived_id(SESSION, "lead-form", "form_start"),
        session_id=SESSION,
        event_type="form_start",
        timestamp=AT,
        page_url="http://shop.example.test/product",
        element_path="body > form#lead-form",
        element_type="form",
        viewport_size={"width": 412, "height": 915},
        event_data={"form_id": "lead-form", "field": "email"},
        metadata={"detector": "uxpipeline.form", "version": 1, "parameters": {"on": ["click", "change"]}},
        received_at=ARRIVED,
        earliest_only=True,
    )
    assert isinstance(step, FunnelStep)
    assert (step.step_name, step.entered_at, step.derived) == ("start", AT, True)


def test_a_button_starts_no_form_and_a_change_is_no_event() -> None:
    assert len(of_type(captured("click", BUTTON), Event)) == 1
    assert len(of_type(captured("change", FIELD), Event)) == 1
    assert accepted("posthog", captured("change", FIELD)).kind == "$autocapture:change"


def test_a_change_remarks_which_field_was_touched() -> None:
    assert of_type(captured("change", FIELD), Remark) == [
        Remark(session_id=SESSION, kind="form_touch", subject="lead-form", at=AT, value="email")
    ]
    assert of_type(captured("click", FIELD), Remark) == []


@pytest.mark.parametrize(
    ("told", "clicked"),
    [
        ({"$event_time_override_provided": True}, AT),
        ({"$dead_click_event_timestamp": 1000_000, "$time": 1003.5}, AT - timedelta(seconds=3.5)),
    ],
)
def test_a_dead_click_is_a_remark_about_a_click(told: JsonObject, clicked: datetime) -> None:
    line = posthog_line("$dead_click", told, elements_chain=BUTTON)
    assert of_type(line, Remark) == [
        Remark(session_id=SESSION, kind="dead_click", subject="body > form#lead-form > button#send", at=clicked)
    ]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"$time": 1003.5},
        {"$dead_click_event_timestamp": 1000_000, "$time": 999.9},
        {"$dead_click_event_timestamp": 1000_000, "$time": 2000},
        {"$dead_click_event_timestamp": "x", "$time": 2**60},
    ],
)
def test_a_dead_click_whose_time_is_not_told_is_ignored(told: JsonObject) -> None:
    line = posthog_line("$dead_click", told, elements_chain=BUTTON)
    assert outcome("posthog", line) == Ignored(EVENT_ID, SESSION, "$dead_click")


def test_a_change_outside_any_form_is_ignored() -> None:
    coupon = captured("change", 'input:attr__id="coupon";label;section;body')
    assert outcome("posthog", coupon) == Ignored(EVENT_ID, SESSION, "$autocapture:change")


def test_a_submission_names_its_form_as_its_start_did() -> None:
    line = captured("submit", FORM[1:])
    submit = event("posthog", line)
    assert (submit.event_type, submit.event_data, submit.element_path) == (
        "form_submit",
        {"form_id": "lead-form"},
        "body > form#lead-form",
    )
    assert steps(line) == ["lead"]


def test_elements_may_come_as_a_list_or_not_at_all() -> None:
    listed = {"$event_type": "click", "$elements": [{"tag_name": "a", "attr__id": "go", "$el_text": "Go"}]}
    click = event("posthog", posthog_line("$autocapture", listed, elements_chain=...))
    assert (click.element_path, click.element_text) == ("a#go", "Go")
    bare = event("posthog", posthog_line("$autocapture", {"$event_type": "click"}, elements_chain=None))
    assert (bare.event_type, bare.element_path) == ("click", None)


def test_an_unknown_capture_is_ignored_by_kind() -> None:
    assert outcome("posthog", captured("copy", BUTTON)) == Ignored(EVENT_ID, SESSION, "$autocapture:copy")
    assert outcome("posthog", posthog_line("$autocapture")) == Ignored(EVENT_ID, SESSION, "$autocapture:unknown")


@pytest.mark.parametrize("share", [None, True, "0.5", 10**300])
def test_leaving_a_page_of_unknown_depth_is_ignored(share: object) -> None:
    line = posthog_line("$pageleave", {"$prev_pageview_max_scroll_percentage": share})
    assert outcome("posthog", line) == Ignored(EVENT_ID, SESSION, "$pageleave")


@pytest.mark.parametrize(("share", "percentage"), [(0, 0), (0.4002169, 40.0), (0.9996, 100.0), (1.7, 100), (-1, 0)])
def test_leaving_a_page_tells_how_far_it_was_read(share: float, percentage: float) -> None:
    seen = {"$prev_pageview_max_scroll_percentage": share, "$prev_pageview_duration": 33.47}
    left = event("posthog", posthog_line("$pageleave", seen))
    assert left.event_type == "scroll_depth"
    assert left.event_data == {"percentage": percentage, "duration_seconds": 33.47}


def test_a_rage_click_says_who_found_it() -> None:
    rage = event("posthog", posthog_line("$rageclick", elements_chain=BUTTON))
    assert (rage.event_type, rage.element_path) == ("rage_click", "body > form#lead-form > button#send")
    assert rage.metadata == {"detector": "posthog-js", "version": "1.449.2"}


def test_an_exception_says_what_broke_and_where() -> None:
    frames = [
        {"filename": "outer.js"},
        {"filename": "http://x.test/a.js?v=1", "function": "f", "lineno": 12, "colno": 4},
    ]
    broken = {"type": "TypeError", "value": "no jane@example.com", "stacktrace": {"frames": frames}}
    error = event("posthog", posthog_line("$exception", {"$exception_list": [broken, {"type": "Other"}]}))
    assert error.event_type == "error"
    assert error.event_data == {
        "type": "TypeError",
        "message": "no [email]",
        "source": "http://x.test/a.js",
        "function": "f",
        "line": 12,
        "column": 4,
    }


@pytest.mark.parametrize("listed", [None, [], "x", [5], [{"stacktrace": 5}], [{"stacktrace": {"frames": "x"}}]])
def test_older_exceptions_say_less(listed: object) -> None:
    old = {"$exception_list": listed, "$exception_type": "Error", "$exception_message": "broke"}
    assert event("posthog", posthog_line("$exception", old)).event_data == {"type": "Error", "message": "broke"}


@pytest.mark.parametrize(("response", "variant"), [("control", "A"), ("test", "B"), ("A", "A"), ("B", "B")])
def test_a_flag_assigns_a_variant_if_the_flag_is_a_test(response: str, variant: str) -> None:
    line = posthog_line("$feature_flag_called", {"$feature_flag": "checkout-cta", "$feature_flag_response": response})
    assert of_type(line, Assignment) == [
        Assignment(
            id=UUID(EVENT_ID),
            test_id="checkout-cta",
            session_id=SESSION,
            variant=variant,
            assigned_at=AT,
            metadata={"response": response},
            received_at=ARRIVED,
            park=False,
        )
    ]


@pytest.mark.parametrize("response", ["blue", True, None])
def test_other_flags_are_ignored(response: object) -> None:
    line = posthog_line("$feature_flag_called", {"$feature_flag": "colour", "$feature_flag_response": response})
    assert outcome("posthog", line) == Ignored(EVENT_ID, SESSION, "$feature_flag_called")


def test_custom_events_count_where_a_rule_names_them() -> None:
    line = posthog_line("order_completed")
    session, step = accepted("posthog", line).records
    assert isinstance(session, Session)
    assert step == FunnelStep(
        id=derived_id(EVENT_ID, "purchase", "order"),
        session_id=SESSION,
        funnel_name="purchase",
        step_name="order",
        step_order=2,
        entered_at=AT,
        metadata={"detector": "uxpipeline.funnels", "version": 1},
        received_at=ARRIVED,
        derived=True,
    )
    assert outcome("posthog", posthog_line("wishlist_opened")) == Ignored(EVENT_ID, SESSION, "wishlist_opened")


def test_page_rules_see_page_views_only() -> None:
    assert steps(posthog_line("$pageview")) == ["product"]
    assert steps(captured("click", "a")) == []


@pytest.mark.parametrize("name", ["$web_vitals", "$identify", "$set", "$groupidentify", "$anything_new"])
def test_what_has_no_place_is_ignored_by_name_with_or_without_a_session(name: str) -> None:
    assert outcome("posthog", posthog_line(name)) == Ignored(EVENT_ID, SESSION, name)
    assert outcome("posthog", posthog_line(name, {"$session_id": None})) == Ignored(EVENT_ID, None, name)


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (posthog_line(uuid=...), "bad_id", "uuid"),
        (posthog_line(uuid="not-a-uuid"), "bad_id", "uuid"),
        (posthog_line() | {"event": None}, "missing_field", "event"),
        (posthog_line(properties={"$session_id": None}), "no_session", "$session_id"),
        (posthog_line("server_event", {"$session_id": ...}), "no_session", "$session_id"),
        (posthog_line(properties={"$session_id": "jane@example.com"}), "bad_session_id", "session_id"),
        (posthog_line(properties={"$current_url": ...}), "missing_field", "$current_url"),
        (posthog_line(timestamp=...), "missing_field", "timestamp"),
        (posthog_line(timestamp="2026-10-05T07:38:46"), "bad_time", "timestamp"),
        (posthog_line(timestamp="2027-10-05T07:38:46Z"), "time_out_of_range", "timestamp"),
        (posthog_line() | {"properties": "{"}, "not_json", ""),
        (posthog_line() | {"properties": '{"a": "\\ud800"}'}, "lone_surrogate", ""),
        (posthog_line() | {"properties": [1]}, "wrong_type", "properties"),
        (posthog_line() | {"properties": None}, "missing_field", "properties"),
        (posthog_line(elements_chain=5), "wrong_type", "elements_chain"),
    ],
)
def test_a_bad_line_is_refused_by_field(line: JsonObject, reason: str, detail: str) -> None:
    assert outcome("posthog", line) == Rejected(reason, detail)


def test_properties_may_be_json_text_as_in_parquet() -> None:
    line = posthog_line()
    assert outcome("posthog", line | {"properties": json.dumps(line["properties"])}) == outcome("posthog", line)


def test_arrival_falls_back_to_creation() -> None:
    created = datetime(2026, 10, 5, 7, 38, 46, 230_000, tzinfo=UTC)
    assert event("posthog", posthog_line(_inserted_at=...)).received_at == created
    assert event("posthog", posthog_line(_inserted_at=None, created_at=None)).received_at is None
