"""Sessions end after 30 minutes of silence; what ended them and how long they were follows from their events."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.sqlfiles import statement
from uxpipeline.marts.facts import refresh_facts
from uxpipeline.marts.refresh import close_silent_sessions, refresh_marts
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import DATA, fresh_database
from uxpipeline_tests.db.queries import column, eventually_waits_for_lock, rows, value
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import SITE, START, assignment, at, event, orders, posthog, record, submit, touch
from uxpipeline_tests.marts.visits import act, after, enter, forget, visit
from uxpipeline_tests.sql.roles import acting_as

PEERS = json.loads((DATA / "peer_sessions.json").read_text(encoding="utf-8"))["web_overview"]
FUNNELS = 'funnels: {purchase: [{step: product, page: "/product"}, {step: order, event: order}]}'
END = "select exit_page, exit_reason, duration_seconds, page_count from public.user_sessions where session_id = 's'"
SESSIONS = "select xmin::text || to_jsonb(us)::text from public.user_sessions us"
CLOSE = "select public.close_session('s', %s, %s, %s)"
EVERYTHING = """
    select 'session' || us.xmin || to_jsonb(us)::text from public.user_sessions us
    union all select 'event' || be.xmin || to_jsonb(be)::text from public.behavior_events be
    union all select 'step' || cf.xmin || to_jsonb(cf)::text from public.conversion_funnels cf
    union all select 'owed' || to_jsonb(s)::text from uxpipeline.stale_sessions s
    union all select 'fact' || f.xmin || to_jsonb(f)::text from uxpipeline.session_facts f
    union all select 'state' || m.xmin || to_jsonb(m)::text from uxpipeline.mart_state m
    order by 1
"""
THREE_PAGES = (f"{SITE}/thanks", "timeout", 60, 2)


@pytest.fixture(scope="module")
def url(server_url: str, template_database: str) -> Iterator[str]:
    with fresh_database(server_url, template_database) as found:
        yield found


@pytest.fixture(scope="module")
def shared(url: str) -> Iterator[Connection]:
    with connect(url) as opened:
        yield opened


@pytest.fixture
def db(shared: Connection) -> Iterator[Connection]:
    """A database that is empty before and after each test."""
    yield shared
    forget(shared)


@pytest.fixture
def landing(db: Connection, tmp_path: Path) -> Landing:
    """Files to load into it."""
    funnels, folder = tmp_path / "funnels.yaml", tmp_path / "files"
    funnels.write_text(FUNNELS, encoding="utf-8")
    folder.mkdir()
    settings = replace(Settings.from_env({"UXPIPELINE_HOME": str(tmp_path)}), privacy_key="a key for tests")
    return Landing(db, replace(settings, funnels=funnels), folder)


def three_pages(db: Connection) -> None:
    act(db, 5, "page_view", "/")
    act(db, 20, "click", "/")
    act(db, 65, "page_view", "/thanks")


def end(db: Connection) -> tuple[Any, ...]:
    """Exit page, exit reason, duration and page count of session `s`."""
    [found] = rows(db, END)
    return found


def say_goodbye(
    db: Connection, page: str | None = "/bye", reason: str | None = "close", pages: int | None = None
) -> None:
    with acting_as(db, "beacon_ingest"):
        db.execute(CLOSE, [page, reason, pages])


class TestInsertedDirectly:
    def test_a_silent_session_is_ended_by_its_events(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == THREE_PAGES

    @pytest.mark.parametrize(("minutes", "reason"), [(29.999, None), (30, "timeout")])
    def test_silence_lasts_half_an_hour(self, db: Connection, minutes: float, reason: str | None) -> None:
        visit(db)
        act(db, 65)
        close_silent_sessions(db, after(seconds=65, minutes=minutes))
        assert end(db)[1] == reason

    def test_an_open_session_is_left_as_it_is(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        before = column(db, SESSIONS)
        close_silent_sessions(db, after(minutes=31))
        assert column(db, SESSIONS) == before

    @pytest.mark.parametrize("supplied", [{"exit_page": "/bye"}, {"exit_reason": "close"}])
    def test_a_session_that_the_beacon_ended_is_left_as_it_is(self, db: Connection, supplied: dict[str, Any]) -> None:
        visit(db, **supplied)
        three_pages(db)
        before = column(db, SESSIONS)
        close_silent_sessions(db, after(hours=1))
        assert column(db, SESSIONS) == before

    @pytest.mark.parametrize(
        ("supplied", "found"),
        [
            ({"duration_seconds": 9}, (f"{SITE}/thanks", "timeout", 9, 2)),
            ({"page_count": 7}, (f"{SITE}/thanks", "timeout", 60, 7)),
            ({"page_count": 1}, THREE_PAGES),
            ({"page_count": None}, THREE_PAGES),
        ],
    )
    def test_what_it_supplied_stands_but_for_the_default(
        self, db: Connection, supplied: dict[str, Any], found: tuple[Any, ...]
    ) -> None:
        visit(db, **supplied)
        three_pages(db)
        for _ in range(2):
            close_silent_sessions(db, after(hours=1))
            act(db, 64)
        assert end(db) == found

    def test_its_start_and_landing_page_stand(self, db: Connection) -> None:
        visit(db, created_at=after(seconds=30), language="fr")
        three_pages(db)
        close_silent_sessions(db, after(hours=1))
        kept = "select created_at, landing_page, supplied from public.user_sessions"
        names = ["created_at", "landing_page", "language"]
        assert rows(db, kept) == [(after(seconds=30), f"{SITE}/", names)]

    def test_a_missing_landing_page_is_that_of_its_first_event(self, db: Connection) -> None:
        visit(db, landing_page="")
        act(db, 9, page="/second")
        act(db, 5, page="/first")
        close_silent_sessions(db, after(hours=1))
        assert value(db, "select landing_page from public.user_sessions") == f"{SITE}/first"

    def test_an_event_repeated_later_does_not_make_it_longer(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        repeated = value(db, 'select id from public.behavior_events order by "timestamp" desc limit 1')
        act(db, 3000, "page_view", "/thanks", id=repeated)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == THREE_PAGES

    def test_each_session_is_judged_on_its_own(self, db: Connection) -> None:
        visit(db)
        visit(db, "other")
        act(db, 5)
        act(db, 2000, session_id="other")
        close_silent_sessions(db, after(minutes=45))
        reasons = "select session_id, exit_reason from public.user_sessions order by 1"
        assert rows(db, reasons) == [("other", None), ("s", "timeout")]


class TestWithoutEvents:
    @pytest.mark.parametrize(("minutes", "reason"), [(29.999, None), (30, "timeout")])
    def test_it_ends_half_an_hour_after_it_began(self, db: Connection, minutes: float, reason: str | None) -> None:
        visit(db)
        close_silent_sessions(db, after(minutes=minutes))
        assert end(db)[1] == reason

    def test_nothing_is_made_up_about_it(self, db: Connection) -> None:
        visit(db)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == (None, "timeout", None, 0)

    @pytest.mark.parametrize("kind", ["record", "assignment"])
    def test_a_loaded_one_ends_too(self, landing: Landing, kind: str) -> None:
        landing.add_test()
        landing.load(record("s", created_at=at(0)) if kind == "record" else assignment("s", 0), now=after(minutes=1))
        assert end(landing.connection) == (None, None, None, 0)
        close_silent_sessions(landing.connection, after(hours=1))
        assert end(landing.connection) == (None, "timeout", None, 0)

    def test_events_that_come_later_tell_the_rest(self, db: Connection) -> None:
        visit(db)
        close_silent_sessions(db, after(hours=1))
        three_pages(db)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == THREE_PAGES


class TestLoaded:
    PAGES = (event("s", 5, "page_view", "/"), event("s", 20, "click", "/"), event("s", 65, "page_view", "/thanks"))

    def test_a_load_ends_sessions_that_are_silent_already(self, landing: Landing) -> None:
        landing.load(*self.PAGES)
        assert end(landing.connection) == THREE_PAGES

    def test_a_load_leaves_others_open(self, landing: Landing) -> None:
        landing.load(*self.PAGES, now=after(minutes=2))
        assert end(landing.connection)[1] is None
        close_silent_sessions(landing.connection, after(hours=1))
        assert end(landing.connection) == THREE_PAGES

    @pytest.mark.parametrize(
        ("supplied", "found"),
        [
            ({"exit_reason": "close"}, (f"{SITE}/thanks", "close", 60, 2)),
            ({"exit_page": "/bye"}, ("/bye", None, 60, 2)),
            ({"exit_page": "/bye", "exit_reason": "navigation"}, ("/bye", "navigation", 60, 2)),
            ({"duration_seconds": 9, "page_count": 7}, (f"{SITE}/thanks", "timeout", 9, 7)),
        ],
    )
    @pytest.mark.parametrize("order", orders(range(3)))
    def test_what_a_record_supplies_stands_whenever_it_comes(
        self, landing: Landing, order: tuple[int, ...], supplied: dict[str, object], found: tuple[Any, ...]
    ) -> None:
        steps: list[Callable[[], object]] = [
            lambda: landing.load(*self.PAGES, now=after(minutes=2)),
            lambda: landing.load(record("s", **supplied), now=after(minutes=2)),
            lambda: close_silent_sessions(landing.connection, after(hours=1)),
        ]
        for number in order:
            steps[number]()
        close_silent_sessions(landing.connection, after(hours=1))
        assert end(landing.connection) == found


class TestLateEvents:
    @pytest.mark.parametrize("order", orders(range(3)))
    def test_the_order_in_which_events_arrive_does_not_matter(self, db: Connection, order: tuple[int, ...]) -> None:
        visit(db)
        events = [(5, "page_view", "/"), (20, "click", "/"), (65, "page_view", "/thanks")]
        for number in order:
            act(db, *events[number])
            refresh_marts(db, after(hours=1))
        assert end(db) == THREE_PAGES

    @pytest.mark.parametrize("order", orders(range(3)))
    def test_nor_does_it_for_loaded_ones(self, landing: Landing, order: tuple[int, ...]) -> None:
        for number in order:
            landing.load(TestLoaded.PAGES[number], now=after(hours=1))
            refresh_marts(landing.connection, after(hours=1))
        assert end(landing.connection) == THREE_PAGES

    def test_a_visitor_who_comes_back_opens_the_session_again(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(hours=1))
        assert value(db, "select is_open from uxpipeline.session_facts") is False
        act(db, 3500, "page_view", "/again")
        refresh_marts(db, after(hours=1))
        assert end(db)[1] is None
        assert value(db, "select is_open from uxpipeline.session_facts") is True
        refresh_marts(db, after(hours=2))
        assert end(db) == (f"{SITE}/again", "timeout", 3495, 3)
        assert value(db, "select is_open from uxpipeline.session_facts") is False

    def test_a_late_event_longer_ago_does_not(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(hours=2))
        act(db, 3500)
        refresh_marts(db, after(hours=2))
        assert end(db) == (f"{SITE}/cart", "timeout", 3495, 2)

    def test_an_event_that_arrives_between_closing_and_facts_is_not_overlooked(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(hours=1))
        close_silent_sessions(db, after(hours=1))
        act(db, 70, "page_view", "/late")
        refresh_facts(db, after(hours=1))
        close_silent_sessions(db, after(hours=1))
        assert end(db) == (f"{SITE}/late", "timeout", 65, 3)

    def test_events_on_other_days_count(self, db: Connection) -> None:
        visit(db)
        act(db, 0, "page_view")
        refresh_marts(db, after(hours=1))
        act(db, 3 * 86_400, "page_view", "/later")
        act(db, -3 * 86_400, "page_view", "/earlier")
        refresh_marts(db, after(days=4))
        assert end(db) == (f"{SITE}/later", "timeout", 6 * 86_400, 3)


class TestGoodbyes:
    """`close_session`, which a beacon calls when its visitor leaves."""

    @pytest.fixture(autouse=True)
    def _ended_by_silence(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        close_silent_sessions(db, after(hours=1))

    def test_a_late_goodbye_wins_over_silence(self, db: Connection) -> None:
        say_goodbye(db, pages=8)
        assert end(db) == ("/bye", "close", 60, 8)

    def test_it_stands_against_events_that_come_later(self, db: Connection) -> None:
        say_goodbye(db, pages=8)
        act(db, 125, "page_view", "/late")
        close_silent_sessions(db, after(hours=1))
        assert end(db) == ("/bye", "close", 120, 8)

    def test_it_stands_against_another(self, db: Connection) -> None:
        say_goodbye(db, "/first", "navigation", 3)
        say_goodbye(db, "/second", "close", 9)
        assert end(db) == ("/first", "navigation", 60, 3)

    def test_one_that_gives_no_reason_takes_silence_away_as_one(self, db: Connection) -> None:
        say_goodbye(db, reason=None)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == ("/bye", None, 60, 2)

    def test_one_that_names_no_page_keeps_the_last(self, db: Connection) -> None:
        say_goodbye(db, page=None)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == (f"{SITE}/thanks", "close", 60, 2)

    def test_one_that_says_nothing_changes_nothing(self, db: Connection) -> None:
        before = column(db, SESSIONS)
        say_goodbye(db, None, None)
        assert column(db, SESSIONS)[0].partition("{")[2] == before[0].partition("{")[2]

    def test_a_session_without_events_lasted_until_then(self, db: Connection) -> None:
        db.execute("delete from public.behavior_events")
        close_silent_sessions(db, after(hours=1))
        db.execute("update public.user_sessions set created_at = clock_timestamp() - interval '90 seconds'")
        say_goodbye(db)
        close_silent_sessions(db, after(hours=1))
        page, reason, seconds, pages = end(db)
        assert (page, reason, pages) == ("/bye", "close", 0)
        assert 89 <= seconds <= 120


def test_a_goodbye_said_while_silence_is_judged_is_not_overruled(db: Connection, url: str) -> None:
    visit(db, duration_seconds=3)
    three_pages(db)
    with connect(url) as beacon, connect(url) as watcher, ThreadPoolExecutor(1) as pool:
        with beacon.transaction():
            say_goodbye(beacon)
            closing = pool.submit(close_silent_sessions, db, after(hours=1))
            assert eventually_waits_for_lock(watcher)
        closing.result()
    assert end(db) == ("/bye", "close", 3, 1)


def test_a_session_that_is_erased_meanwhile_gets_no_new_events(db: Connection, url: str) -> None:
    visit(db)
    act(db, 5, "form_start", metadata={"detector": "uxpipeline.form"})
    with connect(url) as eraser, connect(url) as watcher, ThreadPoolExecutor(1) as pool:
        with eraser.transaction():
            eraser.execute("delete from public.user_sessions")
            closing = pool.submit(close_silent_sessions, db, after(hours=1))
            assert eventually_waits_for_lock(watcher)
        closing.result()
    assert value(db, "select count(*) from public.behavior_events") == 0


@pytest.mark.parametrize(
    ("supplied", "found"),
    [
        ({"exit_page": "/mine"}, ("/mine", None, 0, 0)),
        ({"exit_reason": "navigation"}, ("/bye", "navigation", 0, 8)),
        ({"page_count": 3}, ("/bye", "close", 0, 3)),
    ],
)
def test_a_goodbye_does_not_win_over_what_a_record_supplied(
    landing: Landing, supplied: dict[str, object], found: tuple[Any, ...]
) -> None:
    landing.load(record("s", **supplied), event("s", 5))
    say_goodbye(landing.connection, pages=8)
    assert end(landing.connection) == found


class TestAgain:
    def test_closing_twice_changes_no_row(self, landing: Landing) -> None:
        db = landing.connection
        visit(db)
        three_pages(db)
        visit(db, "eventless")
        landing.load(touch("form", 3), event("file", 5), now=after(minutes=1))
        close_silent_sessions(db, after(hours=1))
        before = rows(db, EVERYTHING)
        close_silent_sessions(db, after(hours=1))
        # While the facts owe something, closing looks again and notes how far it came; a refresh ends that.
        assert [row for row in rows(db, EVERYTHING) if not row[0].startswith("state")] == [
            row for row in before if not row[0].startswith("state")
        ]

    def test_a_refresh_without_news_changes_no_row_either(self, landing: Landing) -> None:
        db = landing.connection
        visit(db)
        three_pages(db)
        landing.load(touch("form", 3), now=after(minutes=1))
        for _ in range(3):
            refresh_marts(db, after(hours=1))
        before = rows(db, EVERYTHING)
        refresh_marts(db, after(hours=1))
        assert rows(db, EVERYTHING) == before

    def test_sessions_erased_meanwhile_are_no_obstacle(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(minutes=5))
        db.execute("delete from public.user_sessions")
        close_silent_sessions(db, after(hours=1))
        assert rows(db, END) == []


def only_facts_know(db: Connection) -> None:
    """As if nothing had been written since long before the last closing."""
    db.execute("delete from uxpipeline.stale_sessions")
    db.execute("update uxpipeline.mart_state set received_before = '2100-01-01', closed_received_before = '2100-01-01'")


def forget_all_but(db: Connection, **noted: object) -> None:
    only_facts_know(db)
    db.execute("delete from uxpipeline.session_facts")
    for name, moment in noted.items():
        changes = {
            "received": "update uxpipeline.mart_state set received_before = %(at)s, closed_received_before = %(at)s",
            "owed": "insert into uxpipeline.stale_sessions (session_id, day, relation, cause) "
            "values ('s', %(at)s, 'behavior_events', 'load')",
        }
        db.execute(changes[name].encode(), {"at": moment})


class TestWhoIsLookedAt:
    """Sessions reach the closing through the facts, the queue, or because somebody wrote to them."""

    def test_open_ones_that_the_facts_know(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(minutes=5))
        only_facts_know(db)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == THREE_PAGES

    def test_those_owed_to_the_facts(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        forget_all_but(db, owed=START)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == THREE_PAGES

    @pytest.mark.parametrize("relation", ["user_sessions", "behavior_events"])
    def test_those_somebody_wrote_to(self, db: Connection, relation: str) -> None:
        old = after(days=-1)
        visit(db, received_at=old)
        act(db, 5, received_at=old)
        db.execute(f"update public.{relation} set received_at = %s".encode(), [after(days=1)])  # noqa: S608 - names of this file
        forget_all_but(db, received=after(hours=12))
        close_silent_sessions(db, after(hours=1))
        assert end(db)[1] == "timeout"

    def test_those_that_got_a_funnel_step(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(posthog("s", 3, page="/product"))
        refresh_marts(db, after(hours=1))
        only_facts_know(db)
        db.execute("update uxpipeline.mart_state set closed_received_before = '2100-01-01'")
        enter(db, 2, 10, received_at="2100-01-02")
        close_silent_sessions(db, after(hours=1))
        assert column(db, "select duration_seconds from public.conversion_funnels where step_order = 1") == [7]

    def test_those_with_a_form_left_open_although_a_record_ended_them(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(record("s", exit_page="/bye"), now=after(minutes=1))
        landing.load(touch("s", 3), now=after(minutes=1))
        refresh_marts(db, after(minutes=1))
        only_facts_know(db)
        close_silent_sessions(db, after(minutes=20))
        assert column(db, "select event_type from public.behavior_events") == ["form_start"]
        close_silent_sessions(db, after(weeks=4))
        assert column(db, "select event_type from public.behavior_events order by 1") == ["form_abandon", "form_start"]

    def test_nobody_else(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(hours=1))
        visit(db, "open")
        act(db, 3500, session_id="open")
        refresh_marts(db, after(hours=1))
        only_facts_know(db)
        with db.transaction():
            db.execute(statement("marts/closing_candidates"), {"silent_before": after(minutes=30)})
            assert column(db, "select session_id from touched_sessions") == []


class TestForms:
    """An abandon is written and withdrawn by us, so the facts are told which day it was on."""

    OWED = "select day::text, cause from uxpipeline.stale_sessions where relation = 'behavior_events' order by id"

    def test_an_abandon_that_is_written_is_owed_to_its_day(self, landing: Landing) -> None:
        landing.load(touch("s", 3), posthog("s", 86_000, "$rageclick"), now=after(days=1))
        refresh_marts(landing.connection, after(days=1))
        close_silent_sessions(landing.connection, after(days=2))
        assert rows(landing.connection, self.OWED) == [("2026-11-21", "load")]

    def test_an_abandon_that_is_withdrawn_is_owed_to_the_day_it_was_on(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(touch("s", 3), posthog("s", 86_000, "$rageclick"))
        refresh_marts(db, after(days=2))
        landing.load(submit("s", 9))
        assert rows(db, self.OWED) == [("2026-11-20", "load"), ("2026-11-21", "deletion")]
        refresh_marts(db, after(days=2))
        assert value(db, "select form_abandon_count from uxpipeline.session_facts") == 0
        assert value(db, "select form_abandons from uxpipeline.fact_days where day = '2026-11-21'") == 0

    def test_nothing_is_owed_when_nothing_changed(self, landing: Landing) -> None:
        landing.load(touch("s", 3))
        before = rows(landing.connection, self.OWED)
        close_silent_sessions(landing.connection, after(days=2))
        assert rows(landing.connection, self.OWED) == before

    def test_a_repeated_event_does_not_hold_the_abandon_up(self, landing: Landing) -> None:
        landing.load(touch("s", 3))
        db = landing.connection
        db.execute("delete from public.behavior_events where event_type = 'form_abandon'")
        start = value(db, "select id from public.behavior_events")
        act(db, 3000, "form_start", "/lead", id=start)
        close_silent_sessions(db, after(hours=1))
        found = "select \"timestamp\" from public.behavior_events where event_type = 'form_abandon'"
        assert column(db, found) == [after(seconds=3)]


class TestCost:
    SCANS = """
        select idx_scan + seq_scan from pg_stat_xact_user_tables
        where relid = 'uxpipeline.behavior_events_20260101'::regclass
    """

    @pytest.mark.parametrize("sessions", [1, 20])
    def test_partitions_in_which_no_touched_session_has_events_are_not_read(
        self, db: Connection, sessions: int
    ) -> None:
        db.execute("select uxpipeline.ensure_event_partitions('2026-01-01', '2026-01-01')")
        db.execute("select uxpipeline.ensure_event_partitions('2026-11-20', '2026-11-20')")
        long_ago = datetime.fromisoformat("2026-01-01T12:00:00+00:00") - START
        visit(db, "old")
        for second in range(20):
            act(db, long_ago / timedelta(seconds=1) + second, session_id="old")
        refresh_marts(db, after(minutes=1))
        refresh_marts(db, after(minutes=1))
        for number in range(sessions):
            visit(db, f"new {number}")
            act(db, 5, session_id=f"new {number}")
            act(db, 5, "form_start", session_id=f"new {number}", metadata={"detector": "uxpipeline.form"})
        with db.transaction():
            before = value(db, self.SCANS)
            close_silent_sessions(db, after(hours=1))
            # Once each: who was written to, and between which moments they have events.
            assert value(db, self.SCANS) - before == 2
        assert value(db, "select count(*) from public.user_sessions where exit_reason = 'timeout'") == sessions + 1


@pytest.mark.parametrize("period", PEERS["expected"])
def test_durations_and_bounces_equal_those_of_another_product(db: Connection, period: str) -> None:
    for visitor, day, session in PEERS["page_views"]:
        moment = datetime.fromisoformat(f"{day}T00:00:00+00:00")
        visit(db, session, created_at=moment, visitor_key=visitor)
        act(db, 0, "page_view", session_id=session, timestamp=moment)
    refresh_marts(db, START)
    wanted = PEERS["expected"][period]
    figures = """
        select count(distinct us.visitor_key), sum(f.page_view_count)::integer, count(*),
            avg(us.duration_seconds)::float, avg(extract(epoch from f.last_at - f.first_at))::float,
            round(100.0 * count(*) filter (where us.page_count = 1) / count(*), 4)::float,
            round(100.0 * count(*) filter (where f.page_view_count = 1) / count(*), 4)::float
        from uxpipeline.session_facts f
        join public.user_sessions us on us.session_id = f.session_id
        where f.first_at >= %s and f.last_at < %s
    """
    assert rows(db, figures, wanted["from"], wanted["before"]) == [
        (
            wanted["visitors"],
            wanted["views"],
            wanted["sessions"],
            *[wanted["avg_session_duration_s"]] * 2,
            *[wanted["bounce_rate_pct"]] * 2,
        )
    ]
