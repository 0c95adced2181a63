"""The captured visits of the demo shop: what we make of a tracker's export equals what the visitors did."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import uxpipeline.demo
from uxpipeline.ingest.files.readers import read_lines, sample
from uxpipeline.ingest.funnels import load_funnels
from uxpipeline.ingest.parsing.transform import LineTransformer
from uxpipeline.ingest.records import Accepted, Event, FunnelStep, Ignored, Outcome, Rejected, Session
from uxpipeline.ingest.sources.base import detect
from uxpipeline.ingest.sources.context import Context
from uxpipeline.subjects.tombstones import Tombstones
from uxpipeline_tests.ingest.builders import DATA, EARLIEST, NOW

DEMO = Path(uxpipeline.demo.__path__[0])
JSONL = sorted((DEMO / "data").glob("*_events.jsonl.gz"))
PARQUET = DATA / "demo" / "posthog_events.parquet"


class Capture:
    """The outcomes of some files, the first of each line counting."""

    def __init__(self, files: list[Path]) -> None:
        self.outcomes = [outcome for path in files for outcome in outcomes(path)]
        self.rejected = [outcome for outcome in self.outcomes if isinstance(outcome, Rejected)]
        first = {
            (told.session_id, told.source_id): told
            for told in reversed(self.outcomes)
            if not isinstance(told, Rejected)
        }
        self.duplicates = len(self.outcomes) - len(self.rejected) - len(first)
        self.ignored = Counter(outcome.kind for outcome in first.values() if isinstance(outcome, Ignored))
        self.records = [record for told in first.values() if isinstance(told, Accepted) for record in told.records]
        self.events = [record for record in self.records if isinstance(record, Event)]
        self.sessions = [record for record in self.records if isinstance(record, Session)]
        self.steps = [record for record in self.records if isinstance(record, FunnelStep)]

    def count(self, event_type: str) -> int:
        return len({event.id for event in self.events if event.event_type == event_type})

    def forms(self, event_type: str) -> dict[str, int]:
        found = {event.id: event.event_data["form_id"] for event in self.events if event.event_type == event_type}
        return Counter(found.values())


def outcomes(path: Path) -> Iterator[Outcome]:
    source = detect(sample(path).objects, Context(rules=load_funnels(DEMO / "funnels.yaml")))
    assert source
    assert source.name == "posthog"
    transformer = LineTransformer(source, earliest=EARLIEST, now=NOW, erased=Tombstones(b"key"))
    yield from map(transformer.outcome, read_lines(path))


@pytest.fixture(scope="module")
def capture() -> Capture:
    return Capture(JSONL)


def expected(name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    return json.loads((DATA / name).read_text())


def test_every_line_is_taken_and_every_retry_seen(capture: Capture) -> None:
    export = expected("demo/expected_after_adapter.json")
    assert len(capture.outcomes) == export["exported_rows"]
    assert capture.duplicates == export["duplicate_rows"] == 41
    assert capture.rejected == []


def test_events_equal_the_visitors_own_log(capture: Capture) -> None:
    truth = expected("demo/expected.json")
    assert capture.count("page_view") == truth["page_views"] == 333
    assert capture.count("rage_click") == truth["rage_bursts"] == 29
    assert capture.count("error") == truth["js_errors"] == 8
    assert capture.count("click") == 603
    assert capture.count("scroll_depth") == 333
    assert capture.forms("form_submit") == truth["forms_submitted"]
    assert capture.forms("form_start") == truth["forms_started"]
    assert sum(truth["forms_started"].values()) == 63


def test_rage_is_found_where_the_visitors_raged(capture: Capture) -> None:
    rage = Counter(
        str(event.element_path).rpartition("#")[2] for event in capture.events if event.event_type == "rage_click"
    )
    assert {f"#{element}": times for element, times in rage.items()} == expected("demo/expected.json")[
        "rage_bursts_by_target"
    ]


def test_what_has_no_place_is_counted_by_kind(capture: Capture) -> None:
    assert capture.ignored == {
        "$web_vitals": 673,
        "checkout_started": 37,
        "$autocapture:change": 17,
    }


def test_sessions_equal_the_visitors_own_log(capture: Capture) -> None:
    truth = expected("demo/expected.json")
    devices = {session.session_id: session.device_type for session in capture.sessions}
    assert len(devices) == truth["sessions"] == 134
    by_device = truth["sessions_by_device"]
    assert Counter(devices.values()) == {
        "mobile": by_device["mobile"],
        "tablet": by_device["tablet"],
        "desktop": by_device["desktop"] + by_device["win"],
    }
    assert len({session.visitor for session in capture.sessions}) == truth["visitors"]


def test_funnel_steps_equal_the_visitors_own_log(capture: Capture) -> None:
    truth = expected("demo/expected.json")
    reached = defaultdict(set)
    for step in capture.steps:
        reached[step.step_name].add(step.session_id)
    shop = truth["shop_step_reached_by_session"]
    assert {name: len(reached[name]) for name in ("add_to_cart", "cart", "checkout", "order")} == {
        name: shop[name] for name in ("add_to_cart", "cart", "checkout", "order")
    }
    assert len(reached["start"]) == truth["forms_started"]["lead-form"]
    assert len(reached["lead"]) == truth["conversions"]["lead"]
    assert len(reached["newsletter"]) == truth["conversions"]["newsletter"]


def test_nobodys_name_or_address_is_left(capture: Capture) -> None:
    # What the visitors typed into forms that put it into the next page's URL.
    everything = repr(capture.records)
    for typed in ("@", "Test+Person", "Test Person", "Lee", "Turner", "Test+Street"):
        assert typed not in everything
    assert {session.referrer for session in capture.sessions} == {
        None,
        "https://www.google.com",
        "https://news.example.org",
        "https://www.bing.com",
    }


def test_parquet_and_json_lines_say_the_same(capture: Capture) -> None:
    def in_order(outcome: Outcome) -> str:
        return repr(outcome)

    assert sorted(outcomes(PARQUET), key=in_order) == sorted(capture.outcomes, key=in_order)


def test_the_reference_visits_come_out_as_they_were() -> None:
    [path] = (DATA / "protocol_posthog").glob("*_events.jsonl.gz")
    capture, truth = Capture([path]), expected("protocol_posthog/expected.json")
    assert capture.rejected == []
    assert len({session.session_id for session in capture.sessions}) == truth["sessions"]
    assert capture.count("page_view") == truth["page_views"]
    assert capture.count("click") == truth["physical_clicks"] - 1  # a plain `div`, which the tracker skips by design
    assert capture.count("rage_click") == truth["rage_bursts"]
    assert capture.count("error") == truth["js_errors"]
    assert capture.forms("form_start") == truth["forms_started"]
    assert capture.forms("form_submit") == truth["forms_submitted"]


def test_the_shipped_files_are_the_captured_ones() -> None:
    assert len(JSONL) == 15
    with gzip.open(JSONL[0]) as file:
        assert json.loads(file.readline())["event"] == "$pageview"
