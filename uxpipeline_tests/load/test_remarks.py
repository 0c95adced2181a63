"""What a line says about rows that other lines bring: in whatever order and files they come."""

from dataclasses import replace
from datetime import timedelta

import pytest

from uxpipeline.subjects.requests import erase_session, export_session
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import START, Line, dead_click, orders, posthog, touch

BUTTON = 'button:attr__id="buy"nth-of-type="1";body:nth-of-type="1"'
OTHER = 'button:attr__id="sell"nth-of-type="1";body:nth-of-type="1"'
KEY = b"a key"
DEAD = """
    select extract(epoch from "timestamp" - %s)::real, coalesce((metadata ->> 'dead')::boolean, false)
    from public.behavior_events where event_type = 'click' order by 1
"""
LAST_FIELD = "select event_data ->> 'last_field' from public.behavior_events where event_type = 'form_abandon'"


def click(session: str, second: float, chain: str = BUTTON) -> Line:
    return posthog(session, second, "$autocapture", **{"$event_type": "click"}) | {"elements_chain": chain}


def clicks(landing: Landing) -> list[tuple[float, bool]]:
    """Seconds of the clicks, and whether they were dead."""
    return [(second, dead) for second, dead in rows(landing.connection, DEAD, START)]


@pytest.mark.parametrize("order", orders([0, 1, 2]))
def test_a_click_without_effect_is_marked_whichever_file_comes_first(landing: Landing, order: tuple[int, ...]) -> None:
    lines = [click("s", 4), click("s", 4.5), dead_click("s", 4.02, BUTTON)]
    for number in order:
        landing.load(lines[number])
    assert clicks(landing) == [(4.0, True), (4.5, False)]


def test_in_one_file_too(landing: Landing) -> None:
    report = landing.load(dead_click("s", 4, BUTTON), click("s", 4))
    assert counts(report) == {"inserted": 2}
    assert clicks(landing) == [(4.0, True)]


@pytest.mark.parametrize(
    "remark",
    [dead_click("s", 4.051, BUTTON), dead_click("s", 4, OTHER), dead_click("t", 4, BUTTON)],
    ids=["another moment", "another element", "another session"],
)
def test_another_click_stays_as_it_was(landing: Landing, remark: Line) -> None:
    landing.load(click("s", 4))
    assert counts(landing.load(remark)) == {"ignored": 1}
    assert clicks(landing) == [(4.0, False)]


def test_the_same_again_changes_nothing(landing: Landing) -> None:
    landing.load(click("s", 4), dead_click("s", 4, BUTTON))
    before = landing.state()
    assert counts(landing.load(dead_click("s", 4, BUTTON), click("s", 4))) == {"duplicates": 1, "ignored": 1}
    assert landing.state() == before


def test_a_marked_click_was_received_when_it_was(landing: Landing) -> None:
    received = START + timedelta(hours=1)
    landing.load(click("s", 4) | {"_inserted_at": received.isoformat()})
    landing.load(dead_click("s", 4, BUTTON))
    assert rows(landing.connection, "select received_at, changed from public.behavior_events") == [(received, False)]


def test_a_dead_click_alone_makes_no_session(landing: Landing) -> None:
    landing.load(dead_click("s", 4, BUTTON))
    assert value(landing.connection, "select count(*) from public.user_sessions") == 0


@pytest.mark.parametrize("order", orders([0, 1, 2]))
def test_an_abandon_names_the_last_field_touched_whatever_order_the_touches_come_in(
    landing: Landing, order: tuple[int, ...]
) -> None:
    lines = [touch("s", 3, "name"), touch("s", 9, "email"), touch("s", 6, "phone")]
    for number in order:
        landing.load(lines[number])
    assert rows(landing.connection, LAST_FIELD) == [("email",)]


def test_clicks_on_fields_are_touches_too(landing: Landing) -> None:
    landing.load(touch("s", 3, "name"))
    field = 'input:attr__name="city"nth-of-type="1";form:attr__id="lead-form"nth-of-type="1"'
    landing.load(click("s", 8, field))
    assert rows(landing.connection, LAST_FIELD) == [("city",)]


def test_an_erased_session_leaves_no_remarks(landing: Landing) -> None:
    landing.connection.execute("delete from uxpipeline.erased_sessions")
    shop = replace(landing, settings=replace(landing.settings, privacy_key=KEY.decode()))
    shop.load(click("s-1", 4), dead_click("s-1", 4, BUTTON), touch("s-1", 5))
    assert len(export_session(shop.connection, "s-1")["remarks"]) == 2
    erase_session(shop.connection, "s-1", KEY, NOW)
    assert value(shop.connection, "select count(*) from uxpipeline.remarks") == 0
