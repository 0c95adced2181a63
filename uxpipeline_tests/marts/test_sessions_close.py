"""Sessions end after 30 minutes of silence; what ended them and how long they were follows from their events."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.marts.facts import refresh_facts
from uxpipeline.marts.refresh import close_silent_sessions, refresh_marts
from uxpipeline_tests.conftest import DATA
from uxpipeline_tests.db.queries import column, eventually_waits_for_lock, rows, value
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import SITE, START, assignment, at, event, orders, record
from uxpipeline_tests.marts.closing import SESSIONS, THREE_PAGES, end, say_goodbye, three_pages
from uxpipeline_tests.marts.visits import act, after, visit

if TYPE_CHECKING:
    from collections.abc import Callable

PEERS = json.loads((DATA / "peer_sessions.json").read_text(encoding="utf-8"))["web_overview"]


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

    def test_every_column_it_filled_is_listed(self, db: Connection) -> None:
        columns = set(column(db, """
            select column_name::text from information_schema.columns
            where table_schema = 'public' and table_name = 'user_sessions'
        """))  # fmt: skip
        own = {"id", "session_id", "updated_at", "received_at", "supplied", "exit_page", "exit_reason"}
        filled: dict[str, Any] = {
            "user_agent": "Firefox", "referrer": SITE, "landing_page": SITE, "device_type": "desktop",
            "screen_resolution": "1x1", "language": "fr", "country_code": "DE", "created_at": after(seconds=0),
            "duration_seconds": 9, "page_count": 7, "visitor_key": "v",
        }  # fmt: skip
        assert set(filled) == columns - own
        visit(db, **filled)
        close_silent_sessions(db, after(hours=1))
        assert value(db, "select supplied from public.user_sessions") == sorted(filled)

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
