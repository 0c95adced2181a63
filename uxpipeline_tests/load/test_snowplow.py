"""A capture of Snowplow's tracker gives what its visitors did, in whatever form and order it comes."""

import gzip
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from uxpipeline.errors import InputError
from uxpipeline.ingest.ledger import quarantined_files
from uxpipeline.ingest.load import replay_lines
from uxpipeline.ingest.reports import FileReport
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.ingest.snowplow_files import CAPTURE, Cells, atomic_csv, atomic_parquet, captured, enriched
from uxpipeline_tests.load.landing import Landing, counts

ROWS = captured()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TRUTH: dict[str, Any] = json.loads((CAPTURE / "expected.json").read_text(encoding="utf-8"))
CANARIES = ("Test Person", "test@example.test", "1 Test Street")
RETRIES = 5
TABLES = ("public.behavior_events", "public.user_sessions", "uxpipeline.quarantine", "uxpipeline.ingest_files")
FORMS = {"checkout-form": "checkout", "lead-form": "lead-form", "newsletter-form": "newsletter-form"}
"""The visitors name a form by its id, the tracker by its name first."""


@pytest.fixture
def landing(landing: Landing, tmp_path: Path) -> Landing:
    funnels = tmp_path / "orders.yaml"
    funnels.write_text("funnels: {orders: [{step: order, event: order_completed}]}", encoding="utf-8")
    return replace(landing, settings=replace(landing.settings, funnels=funnels))


def load(landing: Landing, content: bytes, name: str = "events", max_bad: float = 1.0) -> FileReport:
    path = landing.folder / name
    path.write_bytes(content)
    return landing.load_file(path, now=NOW, max_bad=max_bad)


def events(landing: Landing, kind: str) -> int:
    return int(value(landing.connection, "select count(*) from public.behavior_events where event_type = %s", kind))


def forms(landing: Landing, kind: str) -> dict[str, int]:
    found = "select event_data ->> 'form_id' from public.behavior_events where event_type = %s"
    return Counter(form for (form,) in rows(landing.connection, found, kind))


def named(forms: dict[str, int]) -> dict[str, int]:
    return {FORMS[form]: times for form, times in forms.items()}


def test_it_equals_the_visitors_own_log(landing: Landing) -> None:
    load(landing, enriched(ROWS), max_bad=0)
    assert events(landing, "page_view") == TRUTH["page_views"]
    assert events(landing, "error") == TRUTH["js_errors"]
    assert forms(landing, "form_start") == named(TRUTH["forms_started"])
    assert forms(landing, "form_submit") == named(TRUTH["forms_submitted"])
    assert forms(landing, "form_abandon") == named(TRUTH["forms_abandoned"])
    assert events(landing, "click") == 27  # the tracker sees links and buttons only
    devices = Counter(column(landing.connection, "select device_type from public.user_sessions"))
    by_device = TRUTH["sessions_by_device"]
    assert devices == {
        "desktop": by_device["desktop"] + by_device["win"],
        "mobile": by_device["mobile"],
        "tablet": by_device["tablet"],
    }


def test_rage_is_found_where_the_visitors_raged(landing: Landing) -> None:
    load(landing, enriched(ROWS))
    paths = column(
        landing.connection, "select element_path from public.behavior_events where event_type = 'rage_click'"
    )
    assert Counter(path.removeprefix("button") for path in paths) == TRUTH["rage_bursts_by_target"]


def test_every_line_is_accounted_for(landing: Landing) -> None:
    report = load(landing, enriched(ROWS))
    assert (report.source, report.seen) == ("snowplow", "snowplow: enriched TSV of 131 columns")
    assert report.lines == len(ROWS)
    told = counts(report)
    assert told["duplicates"] == RETRIES
    assert "quarantined" not in told
    assert set(report.ignored) <= {
        "change_form", "focus_form", "page_ping", "product_added", "checkout_started",
        "order_completed", "lead_completed", "newsletter_completed",
    }  # fmt: skip


def test_a_page_view_has_one_depth_the_largest_when_it_was_last_seen(landing: Landing) -> None:
    load(landing, enriched(ROWS))
    pings: dict[tuple[str, str], list[Cells]] = {}
    for row in ROWS:
        if row["event_name"] == "page_ping":
            pings.setdefault((row["domain_sessionid"], row["page_url"].partition("?")[0]), []).append(row)
    stored = """
        select session_id, page_url, (event_data ->> 'percentage')::float, "timestamp"
        from public.behavior_events where event_type = 'scroll_depth'
    """
    found = {(session, page): (depth, at) for session, page, depth, at in rows(landing.connection, stored)}
    assert found == {
        view: (
            max(_percentage(row) for row in told),
            max(datetime.fromisoformat(row["derived_tstamp"] + "+00:00") for row in told),
        )
        for view, told in pings.items()
    }


def _percentage(row: Cells) -> float:
    seen = int(row["pp_yoffset_max"] or 0) + int(row["br_viewheight"])
    return min(round(100 * seen / int(row["doc_height"]), 1), 100.0)


def test_funnels_are_configured_by_action(landing: Landing) -> None:
    load(landing, enriched(ROWS))
    assert value(landing.connection, "select count(*) from public.conversion_funnels where funnel_name = 'orders'") == 1


def test_nothing_anybody_typed_is_stored(landing: Landing) -> None:
    rejected = [row | {"domain_sessionid": ""} for row in ROWS]
    load(landing, enriched([*ROWS, *rejected]) + enriched(ROWS).replace(b"\n", b"\tmore\n"))
    assert value(landing.connection, "select count(*) from uxpipeline.quarantine") == 2 * len(ROWS)
    stored = "\n".join(
        str(row)
        for table in (
            "public.behavior_events",
            "public.user_sessions",
            "uxpipeline.quarantine",
            "uxpipeline.ingest_files",
        )
        for row in rows(landing.connection, f"select to_jsonb(t) from {table} t")  # noqa: S608 - names of this test
    )
    assert [canary for canary in (*CANARIES, "@") if canary in stored] == []


class TestForms:
    """The same events in other files."""

    @pytest.fixture
    def expected(self, landing: Landing) -> list[str]:
        load(landing, enriched(ROWS))
        state = landing.state()
        landing.clean()
        return state

    @pytest.mark.parametrize("form", ["gzip", "zstd", "csv", "csv.gz"])
    def test_compressed_and_as_a_table(self, landing: Landing, expected: list[str], form: str) -> None:
        content = atomic_csv(ROWS) if form.startswith("csv") else enriched(ROWS)
        if form.endswith(("gzip", "gz")):
            content = gzip.compress(content)
        elif form == "zstd":
            content = zstandard.compress(content)
        report = load(landing, content)
        assert (report.source, report.lines) == ("snowplow", len(ROWS))
        assert landing.state() == expected

    def test_parquet(self, landing: Landing, expected: list[str]) -> None:
        path = landing.folder / "events"
        atomic_parquet(ROWS, path)
        report = landing.load_file(path, now=NOW)
        assert (report.source, report.seen) == ("snowplow", "snowplow: Parquet")
        assert landing.state() == expected

    @pytest.mark.parametrize("seed", range(4))
    def test_in_any_order_of_lines_and_files(self, landing: Landing, expected: list[str], seed: int) -> None:
        # Of the same event sent twice the first stored counts, so retries, whose times differ, stay in order.
        unique = list({row["event_id"]: row for row in reversed(ROWS)}.values())
        shuffled = random.Random(seed).sample(unique, len(unique))  # noqa: S311 - no secret
        for part in range(seed + 1):
            load(landing, enriched(shuffled[part :: seed + 1]), f"part {part}")
        assert landing.state() == expected

    def test_again_in_another_form_everything_is_known(self, landing: Landing, expected: list[str]) -> None:
        load(landing, enriched(ROWS))
        again = counts(load(landing, atomic_csv(ROWS), "as a table"))
        assert "inserted" not in again
        assert landing.state() == expected


def test_a_later_ping_deepens_and_a_shallower_one_does_not(landing: Landing) -> None:
    ping = next(row for row in ROWS if row["event_name"] == "page_ping") | {
        "doc_height": "2000",
        "br_viewheight": "500",
    }

    def at(second: int, offset: int) -> bytes:
        time = f"2026-11-22 12:30:{second:02}.000"
        return enriched([ping | {"event_id": f"{second:08}-0000-4000-8000-000000000000",
                                 "derived_tstamp": time, "pp_yoffset_max": str(offset)}])  # fmt: skip

    def depth() -> list[tuple[Any, ...]]:
        stored = """
            select event_data ->> 'percentage', to_char("timestamp" at time zone 'UTC', 'SS')
            from public.behavior_events where event_type = 'scroll_depth'
        """
        return rows(landing.connection, stored)

    for number, (second, offset, known) in enumerate(
        [(20, 500, ("50.0", "20")), (10, 1000, ("75.0", "20")), (30, 0, ("75.0", "30")), (25, 100, ("75.0", "30"))]
    ):
        load(landing, at(second, offset), str(number))
        assert depth() == [known]
    assert value(landing.connection, "select count(*) from public.behavior_events where changed") == 0


def test_a_line_from_quarantine_is_found_again_in_its_table(landing: Landing) -> None:
    early = [
        row | {"derived_tstamp": "2019-12-31 10:00:00"} if number == 40 else row for number, row in enumerate(ROWS)
    ]
    for number, content in enumerate((enriched(early), atomic_csv(early))):
        report = load(landing, content, f"file {number}")
        assert (report.quarantined, report.lines) == (1, len(ROWS))
        line_no = 41 + number  # names of columns are the first line of a table
        assert landing.quarantine() == [(line_no, "time_out_of_range", "timestamp")]
        patient = replace(landing.settings, earliest=datetime(2019, 1, 1, tzinfo=UTC))
        [replayed] = replay_lines(landing.connection, patient, quarantined_files(landing.connection), NOW)
        assert (replayed.status, replayed.lines, replayed.inserted) == ("replayed", 1, 1)
        landing.clean()


def test_an_event_sent_again_later_is_known(landing: Landing) -> None:
    first = ROWS[0]
    again = first | {"collector_tstamp": "2026-11-22 13:00:00.000", "derived_tstamp": "2026-11-22 12:27:58.962"}
    load(landing, enriched([first]))
    assert counts(load(landing, enriched([again]), "again")) == {"duplicates": 1}


def test_a_session_may_last_for_days_and_be_sent_long_after(landing: Landing) -> None:
    late = ROWS[0] | {
        "event_id": "00000000-0000-4000-8000-000000000000",
        "dvce_created_tstamp": "2026-11-09 12:27:58.919",
        "derived_tstamp": "2026-11-09 12:27:58.950",
    }
    load(landing, enriched([ROWS[0], late]))
    lasted = "select duration_seconds, page_count from public.user_sessions"
    assert rows(landing.connection, lasted) == [(13 * 24 * 60 * 60, 2)]


def test_files_of_a_folder_are_told_apart(landing: Landing) -> None:
    (landing.folder / "a.json").write_bytes(enriched(ROWS))
    (landing.folder / "b.tsv").write_bytes(b"name,age\nAnn,7\n")
    landing.write(
        [{"session_id": "s", "event_type": "click", "timestamp": "2026-11-22T12:00:00Z", "page_url": "/"}], "c.csv"
    )
    reports = landing.load_all(landing.folder, now=NOW)
    assert [(report.source, report.status) for report in reports] == [
        ("snowplow", "loaded"),
        ("unknown", "skipped"),
        ("native", "loaded"),
    ]


QUERY = "e=pv&url=https%3A%2F%2Fshop.test%2F&p=web&tv=js-4.10.1&eid=0e6b&tz=UTC"


@pytest.mark.parametrize(
    "request_line",
    [
        {"schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", "data": [{"e": "pv"}]},
        dict(pair.split("=") for pair in QUERY.split("&")),
        QUERY,
        f"/i?stm=1767225600000&{QUERY}",
        f'192.0.2.1 - - [22/Nov/2026:09:00:00 +0000] "GET /i?{QUERY} HTTP/1.1" 200 43',
        f"2026-11-22\t09:00:00\tGET\t/i\t200\t{QUERY}",
    ],
    ids=["posted", "posted event", "query", "path", "access log", "log in columns"],
)
def test_requests_of_the_tracker_are_told_from_events(landing: Landing, request_line: dict[str, Any] | str) -> None:
    path = landing.write([request_line])
    with pytest.raises(InputError, match="requests of Snowplow's tracker"):
        landing.load_file(path)
    [skipped] = landing.load_all(landing.folder)
    assert skipped.status == "skipped"
    assert "enriched events" in (skipped.problem or "")


@pytest.mark.parametrize("text", ["e=pv&url=x", "type=web&tver=1&me=pv", "{e: 1, p: 2, tv: 3}", "GET /?tv=1&p=2 e"])
def test_other_texts_are_no_requests_of_the_tracker(landing: Landing, text: str) -> None:
    with pytest.raises(InputError, match="in no format we know"):
        landing.load_file(landing.write([text]))
