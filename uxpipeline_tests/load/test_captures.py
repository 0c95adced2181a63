"""The same ten visits through four trackers: what is loaded equals their own log, where the client can know it."""

import csv
import gzip
import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli
import pytest

import uxpipeline.demo
from uxpipeline_tests.conftest import DATA
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.load.landing import Landing, counts

AFTERWARDS = datetime(2026, 11, 23, tzinfo=UTC)
SITE = "http://shop.example.test"
FILES = {
    "posthog": "protocol_posthog/2026-11-22_events.jsonl.gz",
    "rrweb": "protocol_rrweb/rrweb_events.jsonl.gz",
    "rudderstack": "protocol_rudderstack/rudder_log.jsonl.gz",
    "segment": "protocol_segment/segment_log.jsonl.gz",
}
# Ten visits by one script: only the clock differs between the trackers.
TRUTH: dict[str, Any] = json.loads((DATA / "protocol_rrweb/expected.json").read_text(encoding="utf-8"))
VISITS: list[dict[str, Any]] = json.loads((DATA / "protocol_rrweb/expected_sessions.json").read_text(encoding="utf-8"))


@pytest.fixture
def shop(landing: Landing) -> Landing:
    """The captured shop, with its funnels."""
    funnels = Path(uxpipeline.demo.__path__[0]) / "funnels.yaml"
    return replace(landing, settings=replace(landing.settings, funnels=funnels))


def load(shop: Landing, source: str) -> dict[str, int]:
    report = shop.load_file(DATA / FILES[source], now=AFTERWARDS)
    assert report.source == source
    return counts(report)


def table(shop: Landing, query: str) -> dict[str, Any]:
    return dict(rows(shop.connection, query))


def events(shop: Landing) -> dict[str, int]:
    return table(shop, "select event_type, count(*) from public.behavior_events group by 1")


def forms(shop: Landing, kind: str) -> dict[str, int]:
    found = "select event_data ->> 'form_id', count(*) from public.behavior_events where event_type = '{}' group by 1"
    return table(shop, found.format(kind))


def on_elements(shop: Landing, kind: str) -> dict[str, int]:
    found = """
        select substring(element_path from '#[^ ]*$'), count(*) from public.behavior_events
        where event_type = '{}' group by 1
    """
    return table(shop, found.format(kind))


def steps(shop: Landing) -> dict[str, int]:
    """How many sessions reached each step."""
    return table(shop, "select step_name, count(*) from public.conversion_funnels group by 1")


@pytest.mark.parametrize("source", FILES)
def test_visits_and_their_pages_are_the_visitors_own(shop: Landing, source: str) -> None:
    load(shop, source)
    visits = """
        select us.page_count, array_agg(be.page_url order by be."timestamp")
        from public.user_sessions us
        join public.behavior_events be on be.session_id = us.session_id and be.event_type = 'page_view'
        group by us.session_id, us.page_count, us.created_at
        order by us.created_at
    """
    found = rows(shop.connection, visits)
    pages = [[url.removeprefix(SITE) for url in urls] for _, urls in found]
    assert pages == [visit["pages"] for visit in VISITS]
    assert [count for count, _ in found] == [len(visit["pages"]) for visit in VISITS]


@pytest.mark.parametrize("source", FILES)
def test_nobodys_name_or_address_is_stored(shop: Landing, source: str) -> None:
    load(shop, source)
    everything = "\n".join(shop.state())
    for typed in ("@", "%40", "Test+Person", "Test Person", "Lee Ad", "Test+Street"):
        assert typed not in everything


def test_posthog(shop: Landing) -> None:
    assert load(shop, "posthog")["ignored"] > 0
    found = events(shop)
    assert found["click"] == TRUTH["physical_clicks"] - 1  # a plain `div`, which the tracker skips by design
    assert found["rage_click"] == TRUTH["rage_bursts"]
    assert found["error"] == TRUTH["js_errors"]
    assert on_elements(shop, "rage_click") == TRUTH["rage_bursts_by_target"]
    assert forms(shop, "form_start") == TRUTH["forms_started"]
    assert forms(shop, "form_submit") == TRUTH["forms_submitted"]
    assert forms(shop, "form_abandon") == TRUTH["forms_abandoned"]


@pytest.mark.parametrize("source", ["posthog", "rrweb"])
def test_an_abandoned_form_names_the_field_that_was_touched_last(shop: Landing, source: str) -> None:
    load(shop, source)
    abandons = "select event_data ->> 'form_id', event_data ->> 'last_field' from public.behavior_events"
    assert table(shop, f"{abandons} where event_type = 'form_abandon'") == {
        "checkout-form": "email",
        "lead-form": "name",
    }


def test_rrweb(shop: Landing) -> None:
    load(shop, "rrweb")
    found = events(shop)
    assert found["click"] == TRUTH["physical_clicks"]
    assert found["error"] == TRUTH["js_errors"]
    assert on_elements(shop, "rage_click") == TRUTH["rage_bursts_by_target"]
    assert forms(shop, "form_start") == TRUTH["forms_started"]
    assert forms(shop, "form_submit") == TRUTH["forms_submitted"]
    assert forms(shop, "form_abandon") == TRUTH["forms_abandoned"]
    # The visitors' log: 900 ms over the size chart before they clicked on it, 1,500 ms over a field they left.
    assert on_elements(shop, "hesitation") == {"#size-chart": 1}
    assert on_elements(shop, "hover") == {"#co-phone": 1}
    assert {
        name: reached for name, reached in steps(shop).items() if name in ("cart", "checkout", "order", "lead")
    } == {
        "cart": 3,
        "checkout": 2,
        "order": TRUTH["conversions"]["order"],
        "lead": TRUTH["conversions"]["lead"],
    }


def test_rrweb_has_the_clicks_and_bursts_that_a_peer_finds(shop: Landing) -> None:
    """The trace was made by `spoiler`, which reads recordings by rules of its own; its times are tenths of a second."""
    load(shop, "rrweb")
    order = """
        select visit.number, be.event_type, extract(epoch from be."timestamp" - visit.created_at)::float8
        from public.behavior_events be
        join (
            select session_id, created_at, row_number() over (order by created_at) as number from public.user_sessions
        ) visit using (session_id)
        where be.event_type in ('click', 'rage_click') order by be."timestamp"
    """
    ours: dict[str, dict[int, list[float]]] = {"click": {}, "rage_click": {}}
    for visit, kind, second in rows(shop.connection, order):
        ours[kind].setdefault(visit, []).append(second)
    theirs: dict[str, dict[int, list[float]]] = {"click": {}, "rage": {}}
    with (DATA / "protocol_rrweb/peer_spoiler_trace.tsv").open(encoding="utf-8") as trace:
        for row in csv.DictReader(trace, delimiter="\t"):
            if row["kind"] == "click":
                theirs["click"].setdefault(int(row["session"]), []).append(float(row["t_s"]))
                if "rage" in row["flags"]:
                    theirs["rage"].setdefault(int(row["session"]), []).append(float(row["t_s"]))
    assert ours["click"] == {visit: pytest.approx(at, abs=0.15) for visit, at in theirs["click"].items()}
    assert ours["rage_click"] == {visit: pytest.approx([at[2]], abs=0.15) for visit, at in theirs["rage"].items()}


def test_segment(shop: Landing) -> None:
    assert load(shop, "segment") == {"inserted": 54, "duplicates": 5, "ignored": 4}
    found = events(shop)
    assert found["click"] == 27  # of 39 those on links and buttons: what the site sends
    assert on_elements(shop, "rage_click") == TRUTH["rage_bursts_by_target"]
    assert forms(shop, "form_submit") == TRUTH["forms_submitted"]
    assert set(found) == {"page_view", "click", "rage_click", "form_submit"}
    # The rule for product pages, `/product*`, sees the list of products too.
    assert steps(shop) == {"product": 5, "add_to_cart": 2, "cart": 3, "checkout": 2, "order": 1}


def test_rudderstack(shop: Landing) -> None:
    assert load(shop, "rudderstack") == {"inserted": 26, "ignored": 2}
    assert events(shop) == {"page_view": TRUTH["page_views"]}
    assert {name: steps(shop)[name] for name in ("order", "lead", "newsletter")} == TRUTH["conversions"]
    devices = table(shop, "select device_type, count(*) from public.user_sessions group by 1")
    assert devices == {"desktop": 7, "mobile": 2, "tablet": 1}


def captured(source: str) -> list[str]:
    with gzip.open(DATA / FILES[source], "rt", encoding="utf-8") as file:
        return file.read().splitlines()


@pytest.mark.parametrize("source", FILES)
def test_the_order_of_lines_does_not_matter(shop: Landing, source: str) -> None:
    lines = captured(source)
    shop.load(*lines, now=AFTERWARDS)
    before = shop.state()
    shop.clean()
    shop.load(*random.Random(source).sample(lines, len(lines)), now=AFTERWARDS)  # noqa: S311 - no secret
    assert shop.state() == before


@pytest.mark.parametrize("source", ["posthog", "rudderstack", "segment"])
def test_nor_does_it_matter_which_of_several_files_they_are_in(shop: Landing, source: str) -> None:
    lines = captured(source)
    shop.load(*lines, now=AFTERWARDS)
    before = shop.state()
    shop.clean()
    shuffled = random.Random(source).sample(lines, len(lines))  # noqa: S311 - no secret
    for number in range(5):
        shop.load(*shuffled[number::5], now=AFTERWARDS)
    assert shop.state() == before
    # All of it again, in one file.
    shop.load(*shuffled, now=AFTERWARDS)
    assert shop.state() == before


def test_recordings_may_be_in_any_file_as_long_as_their_pages_are_whole(shop: Landing) -> None:
    lines = captured("rrweb")
    shop.load(*lines, now=AFTERWARDS)
    before = shop.state()
    shop.clean()
    by_recording: dict[str, list[str]] = {}
    for line in lines:
        by_recording.setdefault(json.loads(line)["session_id"], []).append(line)
    for recording in reversed(by_recording.values()):
        shop.load(*recording, now=AFTERWARDS)
    assert shop.state() == before


def test_an_export_in_a_folder_with_its_manifest_compressed_with_brotli(shop: Landing) -> None:
    (shop.folder / "manifest.json").write_text('{"files": ["2026/11/22_events.jsonl.br"]}')
    content = "\n".join(captured("posthog")).encode()
    (shop.folder / "2026").mkdir()
    (shop.folder / "2026" / "22_events.jsonl.br").write_bytes(brotli.compress(content))
    export, manifest = shop.load_all(shop.folder, now=AFTERWARDS)
    assert (export.status, export.source, export.lines) == ("loaded", "posthog", 149)
    assert manifest.status == "skipped"


def test_bursts_are_one_rage_and_each_of_their_clicks(shop: Landing) -> None:
    load(shop, "posthog")
    burst = "#apply-coupon"
    assert (on_elements(shop, "rage_click")[burst], on_elements(shop, "click")[burst]) == (1, 7)
