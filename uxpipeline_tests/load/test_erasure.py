"""A session that was erased is nowhere any more, in no figure, and does not come back."""

from dataclasses import replace
from typing import Never

import psycopg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import files_below, statement
from uxpipeline.ingest import loader
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.subjects import deletion, requests
from uxpipeline.subjects.requests import erase_returned, erase_session, export_session
from uxpipeline.subjects.tombstones import read_tombstones
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.load.landing import NOW, STATE, Landing
from uxpipeline_tests.load.lines import assignment, conversion, event, record, step
from uxpipeline_tests.load.test_privacy import places_of
from uxpipeline_tests.marts.visits import act, forget, visit

KEY = b"a key"
GONE = "session-to-be-erased"
FIGURES = """
    select to_jsonb(c) - 'oid' from public.component_performance c
    union all select to_jsonb(d) from public.daily_friction_summary d
    union all select to_jsonb(f) from public.friction_points f
    union all select to_jsonb(s) from public.session_analytics s
    order by 1
"""


def lines_of(session: str) -> list[dict[str, object]]:
    return [
        *(event(session, second, "rage_click", component_id="buy", element_path="#buy") for second in range(12)),
        record(session, visitor_key="ada"),
        step(session, 1),
        assignment(session, 2),
        assignment(session, 3, test="not yet known"),
        conversion(session, 4),
        event(session, 5, kind="no such kind"),
    ]


@pytest.fixture
def shop(landing: Landing) -> Landing:
    """A shop whose loader knows erased sessions by KEY."""
    forget(landing.connection)
    landing.connection.execute("delete from uxpipeline.erased_sessions")
    landing.add_test()
    return replace(landing, settings=replace(landing.settings, privacy_key=KEY.decode()))


def erase(connection: Connection, session: str = GONE) -> dict[str, int]:
    return erase_session(connection, session, KEY, NOW)


ALL_ROWS = {
    "user_sessions": 1, "behavior_events": 12, "conversion_funnels": 2, "variant_assignments": 1, "parked": 1,
    "quarantine": 1,
}  # fmt: skip


def test_a_copy_holds_every_row_of_the_session_and_none_of_others(shop: Landing) -> None:
    shop.load(*lines_of(GONE), *lines_of("another"))
    found = export_session(shop.connection, GONE)
    assert {relation: len(contents) for relation, contents in found.items()} == ALL_ROWS
    assert "another" not in str(found)


def test_of_an_unknown_session_there_is_no_copy(shop: Landing) -> None:
    assert export_session(shop.connection, "nobody") == {}


def test_nothing_anywhere_names_an_erased_session(shop: Landing) -> None:
    shop.load(*lines_of(GONE), *lines_of("another"))
    refresh_marts(shop.connection, NOW)
    assert len(places_of(shop.connection, GONE)) > len(ALL_ROWS)
    assert erase(shop.connection) == ALL_ROWS
    assert places_of(shop.connection, GONE) == []
    assert rows(shop.connection, "select session_id from public.session_analytics") == [("another",)]


@pytest.mark.parametrize("session", ['quo"ted', "back\\slash"])
def test_however_a_line_that_could_not_be_taken_quotes_it(shop: Landing, session: str) -> None:
    shop.load(*lines_of(session))
    assert len(export_session(shop.connection, session)["quarantine"]) == 1
    assert erase(shop.connection, session)["quarantine"] == 1
    assert rows(shop.connection, "select payload from uxpipeline.quarantine") == []


def test_lines_of_others_are_neither_told_nor_erased(shop: Landing) -> None:
    shop.load(*lines_of("s"), *lines_of("session-of-another"))
    assert "another" not in str(export_session(shop.connection, "s"))
    assert erase(shop.connection, "s")["quarantine"] == 1
    assert export_session(shop.connection, "session-of-another").keys() == ALL_ROWS.keys()


def test_nor_does_what_a_killed_load_left_on_its_way(shop: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> Never:
        raise SystemExit

    monkeypatch.setattr(loader, "publish", killed)
    with pytest.raises(SystemExit):
        shop.load(*lines_of(GONE))
    assert "uxpipeline.stage_events" in places_of(shop.connection, GONE)
    erase(shop.connection)
    assert places_of(shop.connection, GONE) == []


def test_figures_are_those_of_a_shop_it_never_visited(shop: Landing) -> None:
    shop.load(*lines_of("another"))
    refresh_marts(shop.connection, NOW)
    without = rows(shop.connection, FIGURES)
    shop.load(*lines_of(GONE))
    refresh_marts(shop.connection, NOW)
    assert rows(shop.connection, FIGURES) != without
    erase(shop.connection)
    assert rows(shop.connection, FIGURES) == without


def test_what_changed_for_a_past_day_is_logged(shop: Landing) -> None:
    shop.load(*lines_of(GONE))
    refresh_marts(shop.connection, NOW)
    erase(shop.connection)
    assert value(shop.connection, "select count(*) from uxpipeline.restatements where causes = '{deletion}'") > 0


def test_it_cannot_be_loaded_again_whatever_its_lines_are(shop: Landing) -> None:
    erase(shop.connection)
    lines = lines_of(GONE)
    report = shop.load(*lines, event("another", 1))
    assert report.ignored == {"erased_session": len(lines)}
    assert (report.inserted, report.quarantined, report.parked) == (1, 0, 0)
    assert places_of(shop.connection, GONE) == []


def test_under_another_key_it_is_another_session(shop: Landing) -> None:
    erase(shop.connection)
    assert GONE in read_tombstones(shop.connection, KEY)
    assert GONE not in read_tombstones(shop.connection, b"another key")


def test_a_beacon_that_writes_it_again_writes_in_vain(shop: Landing) -> None:
    erase(shop.connection)
    for session in (GONE, "another"):
        visit(shop.connection, session)
        act(shop.connection, 1, session_id=session)
    assert erase_returned(shop.connection, KEY) == 1
    refresh_marts(shop.connection, NOW)
    assert places_of(shop.connection, GONE) == []
    assert value(shop.connection, "select count(*) from public.behavior_events") == 1


def test_asked_twice_the_first_answer_is_kept(shop: Landing) -> None:
    shop.load(*lines_of(GONE))
    erase(shop.connection)
    kept = rows(shop.connection, "select * from uxpipeline.erased_sessions")
    assert erase(shop.connection) == {}
    assert rows(shop.connection, "select * from uxpipeline.erased_sessions") == kept


@pytest.mark.parametrize(
    "step_name", [step.name for folder in ("delete", "erase") for step in files_below(f"subjects/{folder}")]
)
def test_an_erasure_that_fails_leaves_everything(
    shop: Landing, monkeypatch: pytest.MonkeyPatch, step_name: str
) -> None:
    shop.load(*lines_of(GONE))
    before = rows(shop.connection, STATE)

    def failing(name: str) -> object:
        return statement(name) if name != step_name else b"select 1 / 0"

    for module in (deletion, requests):
        monkeypatch.setattr(module, "statement", failing)
    with pytest.raises(psycopg.errors.DivisionByZero):
        erase(shop.connection)
    assert rows(shop.connection, STATE) == before
    assert value(shop.connection, "select count(*) from uxpipeline.erased_sessions") == 0
