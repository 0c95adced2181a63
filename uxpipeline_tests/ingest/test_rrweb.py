"""Recordings of rrweb: what an event means is told by what came before it on its page."""

import json
import random
from typing import Any
from uuid import UUID

import pytest

from uxpipeline.ingest.files import ordering
from uxpipeline.ingest.files.lines import RawLine
from uxpipeline.ingest.ids import derived_id
from uxpipeline.ingest.records import Accepted, Event, FunnelStep, Ignored, JsonObject, Outcome, Rejected
from uxpipeline_tests.ingest.builders import SESSION, recorded, transformer

T = 1_791_186_000_000
HREF = "https://shop.example.test/product?sku=1"


def element(number: int, tag: str, *children: JsonObject, **attributes: str) -> JsonObject:
    named = {key.replace("_", "-"): value for key, value in attributes.items()}
    return {"type": 2, "id": number, "tagName": tag, "attributes": named, "childNodes": list(children)}


def words(number: int, text: str) -> JsonObject:
    return {"type": 3, "id": number, "textContent": text}


PAGE = {
    "type": 0,
    "id": 1,
    "childNodes": [
        element(
            2,
            "html",
            element(
                3,
                "body",
                element(
                    4,
                    "form",
                    element(5, "input", name="email"),
                    element(6, "button", element(7, "span", words(8, "Send")), type="submit"),
                    id="lead-form",
                ),
                element(9, "p"),
                element(10, "p", words(11, "Read me"), data_component="text"),
                element(12, "input", id="coupon"),
            ),
        )
    ],
}


def meta(at: int = 0, href: str = HREF, **changes: object) -> JsonObject:
    return recorded(4, {"href": href, "width": 412, "height": 915}, T + at, **changes)


def snapshot(at: int = 1, **changes: object) -> JsonObject:
    return recorded(2, {"node": PAGE}, T + at, **changes)


def click(node: int, at: int, x: int = 10, **changes: object) -> JsonObject:
    return recorded(3, {"source": 2, "type": 2, "id": node, "x": x, "y": 20}, T + at, **changes)


def focus(node: int, at: int) -> JsonObject:
    return recorded(3, {"source": 2, "type": 5, "id": node}, T + at)


def move(node: int, at: int, offset: int = 0) -> JsonObject:
    positions = [{"x": 1, "y": 2, "id": node, "timeOffset": offset}]
    return recorded(3, {"source": 1, "positions": positions}, T + at)


def mutation(at: int, **changes: object) -> JsonObject:
    return recorded(3, {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": [], **changes}, T + at)


def outcomes(*lines: JsonObject) -> list[Outcome]:
    """What becomes of lines, in the order the adapter sees them."""
    rrweb = transformer("rrweb")
    raw = [RawLine(number, json.dumps(line).encode()) for number, line in enumerate(lines, start=1)]
    return [rrweb.outcome(line) for line in rrweb.ordered(raw)]


def events(*lines: JsonObject, of: str | None = None) -> list[Event]:
    records = [record for told in outcomes(*lines) if isinstance(told, Accepted) for record in told.records]
    return [found for found in records if isinstance(found, Event) and of in (None, found.event_type)]


def test_a_page_is_a_page_view_and_a_step() -> None:
    [told] = outcomes(meta())
    assert isinstance(told, Accepted)
    view, step = told.records
    assert isinstance(view, Event)
    assert (view.event_type, view.page_url, view.viewport_size) == (
        "page_view",
        "https://shop.example.test/product",
        {"width": 412, "height": 915},
    )
    assert view.id == UUID(told.source_id)
    assert isinstance(step, FunnelStep)


def test_a_click_has_its_element_and_coordinates() -> None:
    [clicked] = events(meta(), snapshot(), click(7, 50), of="click")
    assert (clicked.element_path, clicked.element_type, clicked.coordinates) == (
        "body > form#lead-form > button > span",
        "span",
        {"x": 10, "y": 20},
    )
    assert clicked.metadata["rage_clicks"]["within_px"] == 30


def test_text_belongs_to_the_element_around_it() -> None:
    [clicked] = events(meta(), snapshot(), click(11, 50), of="click")
    assert (clicked.element_path, clicked.component_id) == ('body > p[data-component="text"]', "text")


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        (mutation(9, adds=[{"parentId": 3, "nextId": 9, "node": element(20, "p")}]), "body > p:nth-of-type(2)"),
        (mutation(9, adds=[{"parentId": 3, "nextId": None, "node": element(20, "p")}]), "body > p"),
        (mutation(9, attributes=[{"id": 9, "attributes": {"id": "now"}}]), "body > p#now"),
        (mutation(9, removes=[{"parentId": 3, "id": 9}]), "body > p"),
    ],
)
def test_an_element_is_where_mutations_have_put_it(changed: JsonObject, path: str) -> None:
    assert events(meta(), snapshot(), changed, click(9, 50), of="click")[0].element_path == path


def test_a_click_on_a_node_that_came_later_finds_it() -> None:
    added = mutation(9, adds=[{"parentId": 10, "nextId": None, "node": element(20, "a", words(21, "New"), id="new")}])
    [clicked] = events(meta(), snapshot(), added, click(20, 50), of="click")
    assert (clicked.element_path, clicked.element_text) == ('body > p[data-component="text"] > a#new', "New")


def test_an_unknown_node_is_a_click_without_an_element() -> None:
    [clicked] = events(meta(), snapshot(), click(99, 50), of="click")
    assert (clicked.element_path, clicked.coordinates) == (None, {"x": 10, "y": 20})


@pytest.mark.parametrize("before", [(), (meta(),), (meta(), snapshot(), meta(20, "https://shop.example.test/next"))])
def test_an_event_whose_page_is_not_in_the_file_is_refused(before: tuple[JsonObject, ...]) -> None:
    assert outcomes(*before, click(7, 50))[-1] == Rejected("no_snapshot", "data.id")


def test_other_recordings_know_nothing_of_it() -> None:
    assert outcomes(meta(), snapshot(), click(7, 50, session_id="other"))[-1] == Rejected("no_snapshot", "data.id")
    assert outcomes(meta(), snapshot(), click(7, 50, window_id="w2"))[0:1] != [Rejected("no_snapshot", "data.id")]


@pytest.mark.parametrize("started", [True, False])
def test_a_page_told_again_before_a_later_snapshot_is_no_second_view(*, started: bool) -> None:
    loading = [recorded(0, {}, T + 999), recorded(1, {}, T + 999)] if started else []
    views = events(meta(), snapshot(), *loading, meta(1000), snapshot(1001), of="page_view")
    assert len(views) == (2 if started else 1)


@pytest.mark.parametrize(
    "touch", [focus(5, 50), click(5, 50), recorded(3, {"source": 5, "id": 5, "text": "*", "isChecked": False}, T + 50)]
)
def test_touching_a_field_may_start_its_form(touch: JsonObject) -> None:
    found = events(meta(), snapshot(), touch, of="form_start")
    if touch["data"].get("type") == 2:
        assert found == []  # its focus comes first
        return
    [start] = found
    assert start.id == derived_id(SESSION, "lead-form", "form_start")
    assert (start.earliest_only, start.event_data) == (True, {"form_id": "lead-form", "field": "email"})


@pytest.mark.parametrize("node", [6, 12, 9])
def test_buttons_and_what_is_in_no_form_start_none(node: int) -> None:
    assert events(meta(), snapshot(), focus(node, 50), of="form_start") == []


@pytest.mark.parametrize(
    ("lines", "submitted"),
    [
        ([click(7, 50), meta(900, "https://shop.example.test/thanks")], 1),
        ([click(7, 50), meta(900)], 1),
        ([click(7, 50), meta(20_000, "https://shop.example.test/thanks")], 0),
        ([click(7, 50), click(9, 500), meta(900, "https://shop.example.test/thanks")], 0),
        ([click(5, 50), meta(900, "https://shop.example.test/thanks")], 0),
        ([click(7, 50)], 0),
    ],
)
def test_a_form_is_submitted_when_a_page_answers_its_button(lines: list[JsonObject], submitted: int) -> None:
    found = events(meta(), snapshot(), *lines, of="form_submit")
    assert len(found) == submitted
    for submit in found:
        assert (submit.page_url, submit.element_path, submit.event_data) == (
            "https://shop.example.test/product",
            "body > form#lead-form",
            {"form_id": "lead-form"},
        )


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([move(6, 1000), click(6, 2200)], [("hesitation", 1200)]),
        ([move(6, 1000), move(6, 1400), click(6, 2200)], [("hesitation", 1200)]),
        ([move(6, 1000), click(6, 1400)], []),
        ([move(6, 1000), move(9, 2200)], [("hover", 1200)]),
        ([move(6, 1000), click(9, 2200)], []),
        ([move(6, 1000), click(6, 90_000)], []),
        # A batch arrives after the click, and tells of a way before it.
        ([move(6, 1000), click(9, 2200), move(9, 2500, offset=-400)], [("hover", 1100)]),
        # What comes after a click is another rest.
        ([move(6, 1000), click(6, 1100), click(6, 5000)], []),
    ],
)
def test_a_mouse_that_stays_hovers_and_before_a_click_hesitates(
    lines: list[JsonObject], found: list[tuple[str, int]]
) -> None:
    told = [rest for kind in ("hover", "hesitation") for rest in events(meta(), snapshot(), *lines, of=kind)]
    assert [
        (event.event_type, event.event_data.get("duration_ms") or event.event_data.get("hesitation_ms"))
        for event in told
    ] == found
    assert {event.metadata["detector"] for event in told} <= {"uxpipeline.rest"}


def test_scrolling_is_told_in_pixels_of_the_page_or_of_an_element() -> None:
    scrolls = [recorded(3, {"source": 3, "id": node, "x": 0, "y": 300}, T + 50 + node) for node in (1, 10)]
    page, part = events(meta(), snapshot(), *scrolls, of="scroll")
    assert (page.element_path, page.event_data) == (None, {"x": 0, "y": 300})
    assert part.element_path == 'body > p[data-component="text"]'


def test_custom_events_are_errors_steps_or_ignored() -> None:
    def custom(tag: str, **payload: object) -> JsonObject:
        return recorded(5, {"tag": tag, "payload": payload}, T + 50)

    [error] = events(meta(), snapshot(), custom("js_error", message="no jane@example.com", stack="x"), of="error")
    assert error.event_data == {"message": "no [email]"}
    told = outcomes(meta(), snapshot(), custom("order_completed"))[-1]
    assert isinstance(told, Accepted)
    assert [type(record) for record in told.records] == [FunnelStep]
    ignored = outcomes(meta(), snapshot(), custom("opened"))[-1]
    assert isinstance(ignored, Ignored)
    assert ignored.kind == "opened"


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (recorded(4, {"href": HREF}, session_id=""), "missing_field", "session_id"),
        (recorded(4, {"href": HREF}, session_id="jane@example.com"), "bad_session_id", "session_id"),
        (recorded(9, {}), "wrong_type", "type"),
        (recorded(4, {"href": HREF}, at_ms=2**54), "bad_time", "timestamp"),
        (recorded(4, {"href": HREF}, at_ms=2**52), "bad_time", "timestamp"),
        (recorded(4, {"href": HREF}, at_ms=5), "time_out_of_range", "timestamp"),
        (recorded(4, {}), "missing_field", "data.href"),
        (recorded(5, {}), "missing_field", "data.tag"),
    ],
)
def test_a_bad_line_is_refused_by_field(line: JsonObject, reason: str, detail: str) -> None:
    assert outcomes(line) == [Rejected(reason, detail)]


def test_a_line_that_comes_twice_is_the_same_twice() -> None:
    lines = [meta(), snapshot(), move(6, 1000), click(6, 2200), meta(2500, "https://shop.example.test/thanks")]
    once = outcomes(*lines)
    assert outcomes(*lines, *lines) == [told for told in once for _ in range(2)]


def test_a_page_nested_deeper_than_other_lines_may_be_is_read() -> None:
    deepest = inner = element(100, "div", id="inner")
    for number in range(101, 250):
        deepest = element(number, "div", deepest)
    assert inner["attributes"] == {"id": "inner"}
    page = recorded(2, {"node": {"type": 0, "id": 1, "childNodes": [deepest]}}, T + 1)
    [clicked] = events(meta(), page, click(100, 50), of="click")
    assert str(clicked.element_path).endswith("div#inner")


SHOP: list[JsonObject] = [
    line
    for session in ("s-1", "s-2")
    for line in (
        meta(session_id=session),
        snapshot(session_id=session),
        *(click(6, 100 + number, session_id=session) for number in range(20)),
    )
]


@pytest.mark.parametrize("run_bytes", [1, 3000, 10_000_000])
def test_lines_come_sorted_however_little_is_sorted_at_once(run_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = outcomes(*SHOP)
    monkeypatch.setattr(ordering, "RUN_BYTES", run_bytes)
    shuffled = random.Random(5).sample(SHOP, len(SHOP))  # noqa: S311 - no secret
    assert outcomes(*shuffled) == expected
    assert len({told.source_id for told in expected if isinstance(told, Accepted)}) == 42


def test_lines_without_a_place_come_through_with_their_numbers() -> None:
    rrweb = transformer("rrweb")
    raw: list[Any] = [RawLine(1, json.dumps(click(6, 50)).encode()), RawLine(2, b"no json"), RawLine(3, b"{}")]
    assert sorted(line.number for line in rrweb.ordered(raw)) == [1, 2, 3]
