"""How much is stored follows from the configured masking; some things are masked always."""

from dataclasses import replace

import pytest

from uxpipeline.settings import Masking
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import assignment, event, record, step
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
