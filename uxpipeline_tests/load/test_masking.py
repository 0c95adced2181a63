"""How much is stored follows from the configured masking; some things are masked always."""

from dataclasses import replace
from datetime import timedelta

import pytest

from uxpipeline.ingest.ledger import forget_payloads, quarantined_files
from uxpipeline.ingest.load import replay_lines
from uxpipeline.settings import Masking
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import START, assignment, event, record, step
from uxpipeline_tests.load.test_privacy import places_of

MAIL, TYPED = "ada.canary@leak.example", "typed by Ada"
LINE = event("s", 0, element_type="p", element_text=f"{TYPED} {MAIL}", event_data={"note": MAIL}) | {
    "page_url": f"https://shop.example/cart?mail={MAIL}#{MAIL}"
}


def masked(landing: Landing, masking: Masking) -> Landing:
    return replace(landing, settings=replace(landing.settings, masking=masking))


@pytest.mark.parametrize(
    ("masking", "text", "note"),
    [
        ("strict", "<text len=36 digits=0>", "[email]"),
        ("balanced", f"{TYPED} [email]", "[email]"),
        ("off", f"{TYPED} {MAIL}", MAIL),
    ],
)
def test_texts_are_kept_as_configured_and_the_ledger_says_how(
    landing: Landing, masking: Masking, text: str, note: str
) -> None:
    masked(landing, masking).load(LINE)
    stored = "select element_text, event_data ->> 'note', page_url from public.behavior_events"
    assert rows(landing.connection, stored) == [(text, note, "https://shop.example/cart")]
    assert value(landing.connection, "select masking from uxpipeline.ingest_files") == masking


def test_visitors_and_quarantine_are_masked_always(landing: Landing) -> None:
    bad = event("t", 0, kind="no such kind", element_text=TYPED, event_data={"note": MAIL})
    masked(landing, "off").load(record("s", visitor_key=MAIL, user_agent=f"x ({MAIL})", referrer=f"/?{MAIL}"), bad)
    assert places_of(landing.connection, MAIL) == []
    assert places_of(landing.connection, TYPED) == []


@pytest.mark.parametrize("line", [event("s", 0), step("s", 0), assignment("s", 0)])
def test_what_its_visitor_did_not_agree_to_is_not_kept(landing: Landing, line: dict[str, object]) -> None:
    landing.add_test()
    report = landing.load(line | {"metadata": {"consent": False}}, event("other", 0, metadata={"consent": True}))
    assert (counts(report), report.ignored) == ({"inserted": 1, "ignored": 1}, {"no_consent": 1})
    assert value(landing.connection, "select count(*) from public.user_sessions where session_id = 's'") == 0


@pytest.mark.parametrize("line", [event("s", 0, kind="no such kind"), event("s", 0) | {"timestamp": "?"}, record("s")])
def test_nor_is_it_where_the_line_could_not_be_taken_anyway(landing: Landing, line: dict[str, object]) -> None:
    report = landing.load(line | {"metadata": {"consent": False}})
    assert (report.ignored, report.quarantined) == ({"no_consent": 1}, 0)
    assert rows(landing.connection, "select payload from uxpipeline.quarantine") == []


def test_what_old_quarantined_lines_said_is_forgotten_and_they_can_still_be_replayed(landing: Landing) -> None:
    strict = replace(landing, settings=replace(landing.settings, earliest=NOW))
    strict.load(event("s", 0), event("s", 1))
    landing.connection.execute("update uxpipeline.quarantine set received_at = %s where line_no = 1", [START])
    forget_payloads(landing.connection, START + timedelta(days=1))
    kept = rows(landing.connection, "select line_no, reason, payload is null from uxpipeline.quarantine order by 1")
    assert kept == [(1, "time_out_of_range", True), (2, "time_out_of_range", False)]
    files = quarantined_files(landing.connection, [], None)
    assert [report.inserted for report in replay_lines(landing.connection, landing.settings, files, NOW)] == [2]
