"""Scores from events: who counts as exposed, what a surface is called, what a rerun or a replay changes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.friction.facts import Window, make_facts
from uxpipeline.friction.scores import score_day
from uxpipeline_tests.factories import scalar

AS_OF = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
Scores = dict[tuple[str, str, str], Any]


def act(connection: Connection, session: str, kind: str, element: str | None = None, **fields: Any) -> None:  # noqa: ANN401
    """Insert one event at noon of the as-of day, and its session if it is new."""
    values = {
        "session": session,
        "kind": kind,
        "path": f"body > main > {element}" if element else None,
        "type": fields.get("type", "button"),
        "component": fields.get("component"),
        "url": f"https://shop.example{fields.get('page', '/cart')}",
        "at": NOON + timedelta(seconds=fields.get("second", 0)) - timedelta(days=fields.get("days_ago", 0)),
        "received": fields.get("received", NOON + timedelta(minutes=1)),
        "data": f'{{"form_id": "{fields["form"]}"}}' if "form" in fields else "{}",
        "visitor": fields.get("visitor"),
    }
    connection.execute(
        b"insert into user_sessions (session_id, landing_page, visitor_key) values (%(session)s, '/', %(visitor)s)"
        b" on conflict do nothing",
        values,
    )
    connection.execute(
        b"insert into behavior_events (session_id, event_type, element_path, element_type, component_id, page_url,"
        b' "timestamp", received_at, event_data)'
        b" values (%(session)s, %(kind)s, %(path)s, %(type)s, %(component)s, %(url)s, %(at)s, %(received)s, %(data)s)",
        values,
    )


def scores(connection: Connection, known_at: datetime | None = None) -> Scores:
    """Score the as-of day; by level, surface and signal."""
    found = score_day(connection, AS_OF, known_at, NOW).to_dict("records")
    return {(row["surface_level"], row["surface_key"], row["signal"]): row for row in found}


def counts(found: Scores, level: str, key: str, signal: str) -> tuple[str, int, int]:
    """(denominator, affected, exposed) of one score."""
    row = found[level, key, signal]
    return str(row["denominator"]), int(row["affected_sessions"]), int(row["exposed_sessions"])


def test_an_element_s_exposure_is_the_sessions_that_touched_it(connection: Connection) -> None:
    for session in ("a", "b", "c"):
        act(connection, session, "click", "button#buy")
        act(connection, session, "page_view")
    act(connection, "only looked", "page_view")
    act(connection, "a", "rage_click", "button#buy", second=1)

    found = scores(connection)

    assert counts(found, "element", "#buy", "rage_click") == ("interaction", 1, 3)


def test_where_everyone_who_touched_it_raged_whoever_saw_its_page_is_exposed(connection: Connection) -> None:
    act(connection, "a", "rage_click", "button#chart")
    for session in ("a", "b", "c", "d"):
        act(connection, session, "page_view")
    act(connection, "elsewhere", "page_view", page="/about")

    found = scores(connection)

    assert counts(found, "element", "#chart", "rage_click") == ("page", 1, 4)


def test_a_session_counts_once_however_often_it_clicks(connection: Connection) -> None:
    for second in range(5):
        act(connection, "a", "rage_click", "button#buy", second=second)
        act(connection, "b", "click", "button#buy", second=second)

    assert counts(scores(connection), "element", "#buy", "any") == ("interaction", 1, 2)


def test_visitors_are_counted_beside_sessions(connection: Connection) -> None:
    for session in ("a", "b"):
        act(connection, session, "rage_click", "button#buy", visitor="one and the same")
    act(connection, "c", "click", "button#buy")

    row = scores(connection)["element", "#buy", "rage_click"]

    assert (row["affected_sessions"], row["affected_visitors"]) == (2, 1)


def test_forms_leak_by_the_sessions_that_started_them(connection: Connection) -> None:
    for session in ("a", "b", "c"):
        act(connection, session, "form_start", "form#lead", form="lead", type="form")
    act(connection, "a", "form_abandon", "form#lead", form="lead", type="form", second=9)
    act(connection, "never started", "click", "button#buy")

    found = scores(connection)

    assert counts(found, "element", "#lead", "form_leak") == ("form_start", 1, 3)
    assert counts(found, "site", "site", "form_leak") == ("form_start", 1, 3)
    assert counts(found, "site", "site", "any") == ("page", 0, 4)


def test_errors_without_an_element_score_at_page_and_site_only(connection: Connection) -> None:
    act(connection, "a", "error", page="/checkout")
    act(connection, "b", "page_view", page="/checkout")
    act(connection, "b", "click", "button#buy", page="/checkout")

    found = scores(connection)

    assert counts(found, "page", "/checkout", "error") == ("page", 1, 2)
    assert counts(found, "site", "site", "error") == ("page", 1, 2)
    assert counts(found, "element", "#buy", "error") == ("interaction", 0, 1)


def test_a_signal_nobody_sent_is_absent_not_zero(connection: Connection) -> None:
    act(connection, "a", "click", "button#buy")

    signals = {signal for _, _, signal in scores(connection)}

    assert signals == {"any"}


@pytest.mark.parametrize(
    ("pages", "key"),
    [(["/product/1", "/product/22"], "/product/:id"), (["/about/", "/about?x=1"], "/about"), (["", "/"], "/")],
)
def test_pages_are_templates(connection: Connection, pages: Iterable[str], key: str) -> None:
    for session, page in enumerate(pages):
        act(connection, str(session), "page_view", page=page)

    assert counts(scores(connection), "page", key, "any") == ("page", 0, 2)


def test_a_bare_path_on_two_pages_is_two_elements(connection: Connection) -> None:
    act(connection, "a", "click", "ul > li:nth-of-type(2) > a", page="/one")
    act(connection, "b", "click", "ul > li:nth-of-type(3) > a", page="/one")
    act(connection, "c", "click", "ul > li > a", page="/two")

    found = scores(connection)

    assert counts(found, "element", "/one body > main > ul > li > a", "any") == ("interaction", 0, 2)
    assert counts(found, "element", "/two body > main > ul > li > a", "any") == ("interaction", 0, 1)


def test_an_id_keeps_its_name_on_every_page_unless_it_names_unlike_elements(connection: Connection) -> None:
    act(connection, "a", "click", "button#buy", page="/one")
    act(connection, "b", "click", "button#buy", page="/two")
    act(connection, "a", "click", "button#menu", page="/one")
    act(connection, "b", "click", "div#menu", page="/two", type="div")

    found = scores(connection)

    assert counts(found, "element", "#buy", "any")[2] == 2
    assert counts(found, "element", "/one #menu", "any")[2] == 1
    assert counts(found, "element", "/two #menu", "any")[2] == 1


def test_the_window_is_28_days_up_to_and_including_as_of(connection: Connection) -> None:
    act(connection, "first day", "page_view", days_ago=27)
    act(connection, "too old", "page_view", days_ago=28)
    act(connection, "last second", "page_view", second=12 * 3600 - 1)
    act(connection, "next day", "page_view", second=12 * 3600)

    row = scores(connection)["site", "site", "any"]

    assert (row["exposed_sessions"], row["observed_days"]) == (2, 28)


def test_a_replay_reads_only_what_had_been_received(connection: Connection) -> None:
    act(connection, "early", "page_view", received=NOON)
    act(connection, "late", "page_view", received=NOON + timedelta(days=3))

    replayed = scores(connection, known_at=NOON + timedelta(days=1))["site", "site", "any"]
    today = scores(connection)["site", "site", "any"]

    assert (replayed["exposed_sessions"], today["exposed_sessions"]) == (1, 2)
    assert replayed["input_watermark"] == NOON + timedelta(days=1)


def test_ranks_are_dense_by_sessions_certainly_affected(connection: Connection) -> None:
    for number in range(40):
        for element in ("worst", "milder", "fine"):
            act(connection, str(number), "click", f"button#{element}")
    for number in range(20):
        act(connection, str(number), "rage_click", "button#worst", second=1)
    for number in range(5):
        act(connection, str(number), "rage_click", "button#milder", second=1)

    found = score_day(connection, AS_OF, None, NOW)
    elements = found[(found["surface_level"] == "element") & (found["signal"] == "any")].sort_values("rank")

    assert list(elements["surface_key"]) == ["#worst", "#milder", "#fine"]
    assert list(elements["rank"]) == [1, 2, 3]
    assert found[found["signal"] != "any"]["rank"].isna().all()


def test_a_rerun_replaces_the_day_and_only_the_day(connection: Connection) -> None:
    act(connection, "a", "click", "button#buy")
    score_day(connection, AS_OF, None, NOW)
    score_day(connection, AS_OF + timedelta(days=1), None, NOW)
    connection.execute(b"delete from user_sessions")
    act(connection, "b", "click", "button#other")

    score_day(connection, AS_OF, None, NOW)

    keys = "select array_agg(surface_key order by surface_key) from friction_scores where surface_level = 'element'"
    assert scalar(connection, f"{keys} and as_of = '2026-11-20'") == ["#other"]
    assert scalar(connection, f"{keys} and as_of = '2026-11-21'") == ["#buy"]


def test_the_same_input_changes_no_row(connection: Connection) -> None:
    act(connection, "a", "rage_click", "button#buy")
    act(connection, "b", "click", "button#buy")
    score_day(connection, AS_OF, None, NOW)
    digest = "select md5(string_agg(s::text || s.xmin::text, '' order by s::text)) from friction_scores s"
    before = scalar(connection, digest)

    score_day(connection, AS_OF, None, NOW + timedelta(hours=1))

    assert scalar(connection, digest) == before


def test_no_events_no_scores(connection: Connection) -> None:
    assert score_day(connection, AS_OF, None, NOW).empty
    assert scalar(connection, "select count(*) from friction_scores") == 0


def test_conversions_are_those_of_the_exposed_sessions(connection: Connection) -> None:
    for session in ("a", "b", "c"):
        act(connection, session, "click", "button#buy")
    connection.execute(
        b"insert into conversion_funnels (funnel_name, step_name, step_order, session_id, entered_at) values"
        b" ('lead_capture', 'start', 1, 'a', '2026-11-20'), ('lead_capture', 'lead', 2, 'b', '2026-11-20'),"
        b" ('other', 'end', 9, 'c', '2026-11-20')"
    )

    assert scores(connection)["element", "#buy", "any"]["converted_sessions"] == 1


HOSTILE = "'; drop table friction_scores; --\t\\N\n\x07<script>{facts} %(as_of)s \\"


def test_hostile_keys_are_stored_as_they_are(connection: Connection) -> None:
    for session in ("a", "b"):
        act(connection, session, "click", component=HOSTILE)
        act(connection, session, "click", "a[name=" + HOSTILE.replace("\n", "") + "]")

    found = scores(connection)

    assert counts(found, "component", HOSTILE, "any") == ("interaction", 0, 2)
    assert scalar(connection, "select count(*) from friction_scores where surface_key like '%drop table%'") >= 2


def test_keys_too_long_to_be_stored_keep_their_beginning(connection: Connection) -> None:
    path = "div > " + "é" * 450
    for page in ("/one" + "x" * 900, "/two" + "x" * 900):
        act(connection, "a", "click", path, page=page)
    act(connection, "a", "form_start", form="y" * 5000)

    found = scores(connection)

    long = [key for level, key, _ in found if level == "element" and key.startswith("/")]
    assert len(set(long)) == 2
    assert all(len(key.encode()) <= 1200 for _, key, _ in found)


def test_an_interaction_ends_with_a_pause_of_two_seconds(connection: Connection) -> None:
    for second in (0, 1, 2.5, 5):
        act(connection, "a", "click", "button#buy", second=second)
    act(connection, "a", "rage_click", "button#buy", second=2.8)
    scores(connection)

    with transaction(connection):
        make_facts(connection, Window(AS_OF, NOW, 28))
        made = connection.execute(
            b"select interactions, interaction_at, events_before, rage_click_at"
            b" from pg_temp.session_surfaces where base_key = '#buy'"
        ).fetchall()

    assert made == [(2, [NOON, NOON + timedelta(seconds=5)], [0, 4], NOON)]


def test_an_event_that_came_twice_is_one(connection: Connection) -> None:
    act(connection, "a", "click", "button#buy")
    connection.execute(
        b'insert into behavior_events (id, session_id, event_type, element_path, page_url, "timestamp", received_at)'
        b" select id, session_id, event_type, element_path, page_url, \"timestamp\" + interval '10 s', received_at"
        b" from behavior_events"
    )

    with transaction(connection):
        make_facts(connection, Window(AS_OF, NOW, 28))
        assert scalar(connection, "select max(interactions) from pg_temp.session_surfaces") == 1


def test_a_conversion_received_later_is_unknown_to_a_replay(connection: Connection) -> None:
    act(connection, "a", "click", "button#buy", received=NOON)
    connection.execute(
        b"insert into conversion_funnels (funnel_name, step_name, step_order, session_id, entered_at, received_at)"
        b" values ('lead_capture', 'lead', 2, 'a', '2026-11-20 13:00+00', '2026-11-25')"
    )

    replayed = scores(connection, known_at=NOON + timedelta(days=1))["element", "#buy", "any"]

    assert replayed["converted_sessions"] == 0
    assert scores(connection)["element", "#buy", "any"]["converted_sessions"] == 1
