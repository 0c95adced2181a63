"""What a Snowplow event becomes, by lines of the capture and changes of them."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from snowplow_analytics_sdk.event_transformer import transform

from uxpipeline.ingest.files.lines import RawLine
from uxpipeline.ingest.files.readers import read_lines
from uxpipeline.ingest.funnels import FunnelRules, Step
from uxpipeline.ingest.ids import derived_id
from uxpipeline.ingest.parsing.transform import quarantine_payload
from uxpipeline.ingest.records import Accepted, Event, FunnelStep, Ignored, JsonObject, Outcome, Rejected, Session
from uxpipeline.ingest.sources.context import Context
from uxpipeline_tests.ingest.builders import CONTEXT, raw, transformer
from uxpipeline_tests.ingest.snowplow_files import Cells, captured, enriched, loaded

CAPTURED = captured()
RAW = {"contexts", "unstruct_event", "derived_contexts"}


def a(name: str, **changes: str) -> JsonObject:
    """An event of the capture with other cells, as the reader gives it."""
    return line_of(next(row for row in CAPTURED if row["event_name"] == name) | changes)


def line_of(row: Cells) -> JsonObject:
    return {name: json.loads(cell) if name in RAW else cell for name, cell in row.items() if cell}


def told(line: JsonObject, context: Context = CONTEXT) -> Outcome:
    return transformer("snowplow", context).outcome(raw(line))


def records(line: JsonObject, context: Context = CONTEXT) -> Accepted:
    result = told(line, context)
    assert isinstance(result, Accepted), result
    return result


def event(line: JsonObject) -> Event:
    [found] = [record for record in records(line).records if isinstance(record, Event)]
    return found


def session(line: JsonObject) -> Session:
    [found] = [record for record in records(line).records if isinstance(record, Session)]
    return found


def with_data(line: JsonObject, **changes: object) -> JsonObject:
    """The same line, saying something else of itself."""
    changed: JsonObject = json.loads(json.dumps(line))
    data = changed["unstruct_event"]["data"]["data"]
    data.update(changes)
    return changed


def with_entity(line: JsonObject, schema: str, data: JsonObject | None) -> JsonObject:
    changed: JsonObject = json.loads(json.dumps(line))
    others = [entity for entity in changed["contexts"]["data"] if schema not in entity["schema"]]
    mine = [{"schema": f"iglu:{schema}/jsonschema/1-0-0", "data": data}] if data is not None else []
    changed["contexts"]["data"] = others + mine
    return changed


class TestEvents:
    def test_a_page_view(self) -> None:
        found = event(a("page_view"))
        assert (found.event_type, str(found.id)) == ("page_view", "4d58f2e8-b227-46cd-9e7f-6499f2d1a023")
        assert found.timestamp == datetime(2026, 11, 22, 12, 27, 58, 950_000, tzinfo=UTC)
        assert found.received_at == datetime(2026, 11, 22, 12, 27, 58, 968_000, tzinfo=UTC)
        assert found.viewport_size == {"width": 1280, "height": 800}
        assert found.page_url == "http://shop.example.test/"

    def test_a_link(self) -> None:
        found = event(a("link_click"))
        assert (found.event_type, found.element_path, found.element_type) == ("click", "a#hero-cta", "a")
        assert (found.element_text, found.coordinates) == ("Shop mugs", None)

    def test_a_button(self) -> None:
        found = event(a("button_click"))
        assert (found.element_path, found.element_type) == ("button#add-to-cart", "button")
        assert found.element_text == "Add to cart"

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ({"id": ""}, "button"),
            ({"id": None, "name": "buy"}, 'button[name="buy"]'),
            ({"id": "a b"}, 'button[id="a b"]'),
            ({"id": 7}, "button"),
        ],
    )
    def test_a_button_is_named_by_what_it_has(self, data: JsonObject, path: str) -> None:
        assert event(with_data(a("button_click"), **data)).element_path == path

    def test_the_first_focus_of_a_form_may_start_it(self) -> None:
        found = event(a("focus_form"))
        assert (found.event_type, found.earliest_only) == ("form_start", True)
        assert found.id == derived_id(found.session_id, "checkout", "form_start")
        assert found.event_data == {"form_id": "checkout", "field": "full_name"}
        assert found.metadata == {"detector": "uxpipeline.form", "version": 1, "parameters": {"on": ["focus"]}}

    def test_a_submission(self) -> None:
        found = event(a("submit_form"))
        assert (found.event_type, found.event_data) == ("form_submit", {"form_id": "checkout"})

    def test_an_error(self) -> None:
        found = event(a("application_error"))
        assert found.event_data == {
            "message": "Uncaught ReferenceError: undefinedCompareWidget is not defined",
            "source": "http://shop.example.test/products",
            "line": 12,
            "column": 42,
        }

    @pytest.mark.parametrize("changes", [{"event_vendor": "com.acme"}, {"event_name": "video_played"}])
    def test_what_others_define_is_ignored_by_its_name(self, changes: dict[str, str]) -> None:
        line = a("link_click", **changes)
        name = line["event_name"] if "event_name" in changes else "com.acme/link_click"
        assert told(line) == Ignored(line["event_id"], line["domain_sessionid"], name)

    def test_a_structured_event_is_named_by_its_action(self) -> None:
        assert isinstance(outcome := told(a("event")), Ignored)
        assert outcome.kind == "product_added"

    def test_an_action_called_like_an_event_is_none(self) -> None:
        assert isinstance(told(a("event", se_action="page_view")), Ignored)

    def test_what_was_typed_into_a_field_is_no_event(self) -> None:
        assert isinstance(told(a("change_form")), Ignored)

    @pytest.mark.parametrize("name", ["focus_form", "submit_form"])
    def test_a_form_without_a_name_cannot_be_taken(self, name: str) -> None:
        assert told(with_data(a(name), formId=None)) == Rejected("missing_field", "formId")


class TestScrollDepth:
    @pytest.mark.parametrize(
        ("cells", "percentage"),
        [
            ({"doc_height": "1600", "br_viewheight": "800", "pp_yoffset_max": "400"}, 75.0),
            ({"doc_height": "1600", "br_viewheight": "800", "pp_yoffset_max": ""}, 50.0),
            ({"doc_height": "1000", "br_viewheight": "800", "pp_yoffset_max": "900"}, 100.0),
            ({"doc_height": "3000", "br_viewheight": "800", "pp_yoffset_max": "200"}, 33.3),
        ],
    )
    def test_is_the_share_seen_so_far(self, cells: dict[str, str], percentage: float) -> None:
        found = event(a("page_ping", **cells))
        assert (found.event_type, found.deepest_only) == ("scroll_depth", True)
        assert found.event_data == {"percentage": percentage}
        assert found.metadata["detector"] == "uxpipeline.scroll_depth"

    @pytest.mark.parametrize("cells", [{"doc_height": ""}, {"doc_height": "0"}, {"br_viewheight": "?"}])
    def test_without_sizes_is_unknown(self, cells: dict[str, str]) -> None:
        assert isinstance(told(a("page_ping", **cells)), Ignored)

    def test_is_one_row_a_page_view(self) -> None:
        pings = [event(line_of(row)) for row in CAPTURED if row["event_name"] == "page_ping"]
        views = {(ping.session_id, ping.page_url) for ping in pings}
        assert len({ping.id for ping in pings}) == len(views) < len(pings)


class TestRageClicks:
    def mark(self, line: JsonObject) -> object:
        return event(line).metadata.get("rage_clicks")

    def test_are_of_one_element_of_one_page_view(self) -> None:
        line = a("button_click")
        other_page = with_entity(line, "com.snowplowanalytics.snowplow/web_page", {"id": "another"})
        marks = {str(self.mark(each)) for each in (line, with_data(line, id="other"), other_page)}
        assert len(marks) == 3

    def test_an_element_without_id_is_known_by_what_it_says(self) -> None:
        line = with_data(a("button_click"), id=None)
        assert self.mark(line) != self.mark(with_data(line, label="Remove"))

    def test_a_link_without_id_is_known_by_where_it_leads_too(self) -> None:
        line = with_data(a("link_click"), elementId=None)
        assert self.mark(line) != self.mark(with_data(line, targetUrl="http://shop.example.test/other"))

    def test_an_element_that_nothing_tells_from_others_has_none(self) -> None:
        line = a("link_click")
        del line["unstruct_event"]
        assert event(line).metadata == {}

    def test_without_page_view_id_the_page_tells(self) -> None:
        line = with_entity(a("button_click"), "com.snowplowanalytics.snowplow/web_page", {"id": None})
        assert self.mark(line) == self.mark(with_entity(line, "com.snowplowanalytics.snowplow/web_page", None))
        assert self.mark(line) != self.mark(line | {"page_url": "http://shop.example.test/other"})


class TestSessions:
    def test_is_what_the_event_says_of_it(self) -> None:
        found = session(a("page_view", geo_country="DE"))
        assert (found.device_type, found.screen_resolution, found.language) == ("desktop", "1280x800", "en-GB")
        assert (found.country_code, found.user_agent) == ("DE", "Chrome 156 / Linux")
        assert found.visitor

    def test_its_id_may_be_missing(self) -> None:
        assert told(a("page_view", domain_sessionid="")) == Rejected("no_session", "domain_sessionid")

    @pytest.mark.parametrize(
        ("referrer", "kept"),
        [
            ("https://www.bing.com/search?q=x", "https://www.bing.com"),
            ("http://shop.example.test/products", None),
            ("", None),
        ],
    )
    def test_nobody_refers_from_the_site_itself(self, referrer: str, kept: str | None) -> None:
        assert session(a("page_view", page_referrer=referrer)).referrer == kept

    def test_who_comes_back_from_elsewhere_was_not_referred_by_it(self) -> None:
        later = a("link_click", page_referrer="https://pay.example/")
        assert session(later).referrer is None
        assert session(with_entity(later, "com.snowplowanalytics.snowplow/client_session", None)).referrer

    @pytest.mark.parametrize(
        ("cells", "device"),
        [
            ({"dvce_type": "Mobile"}, "mobile"),
            ({"dvce_type": "Tablet"}, "tablet"),
            ({"dvce_type": "Game console"}, None),
            ({"useragent": ""}, None),
        ],
    )
    def test_its_device(self, cells: dict[str, str], device: str | None) -> None:
        assert session(a("page_view", **cells)).device_type == device

    def test_its_device_as_yauaa_saw_it(self) -> None:
        line = with_entity(a("page_view", dvce_type="Computer"), "nl.basjes/yauaa_context", {"deviceClass": "Phone"})
        assert session(line).device_type == "mobile"


class TestTimes:
    def test_the_collector_s_stands_in(self) -> None:
        assert event(a("page_view", derived_tstamp="")).timestamp.microsecond == 968_000

    @pytest.mark.parametrize(
        "text",
        [
            "2026-11-20 10:00:00",
            "2026-11-20 10:00:00.000 UTC",
            "2026-11-20 10:00:00.000000+00",
            "2026-11-20 10:00:00 Z",
            "2026-11-20T10:00:00+00:00",
            "2026-11-20T11:00:00.0+01:00",
        ],
    )
    def test_are_written_in_many_ways(self, text: str) -> None:
        assert event(a("page_view", derived_tstamp=text)).timestamp == datetime(2026, 11, 20, 10, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["yesterday", "2026-02-30 10:00:00", "1795352828745", "-", "Z"])
    def test_others_are_refused(self, text: str) -> None:
        assert told(a("page_view", derived_tstamp=text)) == Rejected("bad_time", "derived_tstamp")

    def test_long_after_the_event_it_may_be_sent(self) -> None:
        early = a("page_view", derived_tstamp="2026-11-10 10:00:00", dvce_created_tstamp="2026-11-10 10:00:00")
        assert event(early).timestamp < event(early).received_at  # type: ignore[operator]


def test_an_id_that_is_no_uuid_tells_events_apart_all_the_same() -> None:
    first, second = (event(a("page_view", event_id=name)) for name in ("1h2c6742-7a16", "2h2c6742-7a16"))
    assert first.id == event(a("page_view", event_id="1h2c6742-7a16")).id != second.id


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        (a("page_view", page_url="http://shop.example.test/product/7"), ["product"]),
        (a("event", se_action="order_completed"), ["order"]),
        (a("link_click"), []),
        (with_data(a("focus_form"), formId="lead-form"), ["start"]),
        (with_data(a("submit_form"), formId="lead-form"), ["lead"]),
    ],
)
def test_steps_are_by_path_action_and_form(line: JsonObject, steps: list[str]) -> None:
    found = [record for record in records(line).records if isinstance(record, FunnelStep)]
    assert [step.step_name for step in found] == steps


def test_a_step_may_be_a_self_describing_event() -> None:
    rules = FunnelRules([Step("watch", "played", 1, "event", "com.acme/played")])
    line = a("link_click", event_vendor="com.acme", event_name="played")
    assert isinstance(records(line, Context(rules=rules)).records[1], FunnelStep)


@pytest.mark.parametrize("row", CAPTURED, ids=lambda row: row["event_name"])
def test_a_row_of_the_table_says_what_the_enriched_event_says(row: Cells) -> None:
    assert told(loaded(row)) == told(line_of(row))


@pytest.mark.parametrize("name", ["link_click", "focus_form", "submit_form", "application_error"])
def test_a_table_may_write_its_json_in_snake_case_and_as_text(name: str) -> None:
    row = loaded(next(row for row in CAPTURED if row["event_name"] == name))
    [column] = (column for column in row if column.startswith("unstruct_event"))
    snake = {re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", key): value for key, value in row[column].items()}
    assert told(row | {column: json.dumps(snake)}) == told(row)


@pytest.mark.parametrize("name", ["change_form", "focus_form", "submit_form"])
@pytest.mark.parametrize("shape", ["object", "text", "broken"])
def test_what_people_typed_is_not_kept_in_quarantine(name: str, shape: str) -> None:
    row = next(row for row in CAPTURED if row["event_name"] == name and row["domain_sessionid"])
    for typed in ("Test Person", "1 Test Street", "test@example.test"):
        row = row | {"unstruct_event": row["unstruct_event"].replace('"value":""', f'"value":"{typed}"')}
    line = line_of(row)
    content = json.dumps(line if shape != "text" else line | {"unstruct_event": row["unstruct_event"]}).encode()
    payload = quarantine_payload(RawLine(1, content[: -2 if shape == "broken" else None]))
    assert "formId" in payload
    assert "Test" not in payload.replace("Northlake", "")
    assert line["domain_userid"] not in payload


class TestOracle:
    """Snowplow's own SDK reads our TSV to the same values."""

    @pytest.fixture
    def ours(self, tmp_path: Path) -> list[JsonObject]:
        path = tmp_path / "events"
        path.write_bytes(enriched(CAPTURED))
        return [line.decode(line.raw) for line in read_lines(path)]

    @pytest.fixture
    def theirs(self) -> list[JsonObject]:
        return [transform(line) for line in enriched(CAPTURED).decode().splitlines()]

    def test_cell_by_cell(self, ours: list[JsonObject], theirs: list[JsonObject]) -> None:
        assert len(ours) == len(theirs) == 98
        for mine, reference in zip(ours, theirs, strict=True):
            flat = {name: value for name, value in reference.items() if "_com_" not in name and name != "geo_location"}
            assert {name: _plain(value) for name, value in flat.items()} == {
                name.replace("refr_dvce_tstamp", "refr_device_tstamp"): _plain(value)
                for name, value in mine.items()
                if name not in RAW
            }

    def test_event_by_event(self, ours: list[JsonObject], theirs: list[JsonObject]) -> None:
        for mine, reference in zip(ours, theirs, strict=True):
            assert told(mine) == told(reference)


def _plain(value: object) -> str:
    """Times and numbers the way the file writes them."""
    if isinstance(value, bool):
        return str(int(value))
    text = str(value)
    return text[:-1].replace("T", " ") if text.endswith("Z") and text[4:5] == "-" else text.removesuffix(".0")
