"""Sessions are completed from their events; what their own records supply stands."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import SITE, START, Line, assignment, at, event, orders, record, step

COLUMNS = ["created_at", "landing_page", "exit_page", "duration_seconds", "page_count", "language", "supplied"]
VISIT = [event("s", 5, "page_view", "/"), event("s", 20, "click", "/"), event("s", 65, "page_view", "/thanks")]


def session(landing: Landing, name: str = "s") -> dict[str, Any]:
    found = rows(landing.connection, "select to_jsonb(us) from public.user_sessions us where session_id = %s", name)
    row: dict[str, Any] = found[0][0]
    return {column: row[column] for column in COLUMNS if row[column] not in (None, [])}


FROM_EVENTS = {
    "created_at": at(5),
    "landing_page": f"{SITE}/",
    "exit_page": f"{SITE}/thanks",
    "duration_seconds": 60,
    "page_count": 2,
}


def test_a_session_is_completed_from_its_events(landing: Landing) -> None:
    landing.load(*VISIT)
    assert session(landing) == FROM_EVENTS


@pytest.mark.parametrize("order", orders(range(3)))
def test_events_complete_a_session_whatever_file_brings_them_first(landing: Landing, order: tuple[int, ...]) -> None:
    for number in order:
        landing.load(VISIT[number])
    assert session(landing) == FROM_EVENTS


def test_times_come_from_events_however_late_they_arrive(landing: Landing) -> None:
    landing.load(*VISIT, now=datetime.fromisoformat("2027-01-05 12:00:00+00:00"))
    assert session(landing) == FROM_EVENTS


RECORD = record("s", created_at=at(0), exit_page=f"{SITE}/bye", duration_seconds=42, page_count=9, language="en")
FROM_BOTH = {
    "created_at": at(0),
    "landing_page": f"{SITE}/",
    "exit_page": f"{SITE}/bye",
    "duration_seconds": 42,
    "page_count": 9,
    "language": "en",
    "supplied": ["created_at", "duration_seconds", "exit_page", "language", "page_count"],
}


@pytest.mark.parametrize("files", [[[RECORD, *VISIT]], [[*VISIT, RECORD]], [[RECORD], VISIT], [VISIT, [RECORD]]])
def test_what_a_record_supplies_stands_whether_it_comes_before_or_after_the_events(
    landing: Landing, files: list[list[Line]]
) -> None:
    for lines in files:
        landing.load(*lines)
    assert session(landing) == FROM_BOTH


@pytest.mark.parametrize("order", orders(range(3)))
def test_a_supplied_start_does_not_keep_a_later_landing_page(landing: Landing, order: tuple[int, ...]) -> None:
    files = [[record("s", created_at=at(0))], [event("s", 60, page="/late")], [event("s", 5, page="/early")]]
    for number in order:
        landing.load(*files[number])
    assert session(landing)["landing_page"] == f"{SITE}/early"


def test_a_later_record_fills_only_what_is_still_missing(landing: Landing) -> None:
    landing.load(record("s", language="en"))
    landing.load(record("s", language="de", exit_reason="close"))
    assert rows(landing.connection, "select language, exit_reason from public.user_sessions") == [("en", "close")]


def test_records_of_one_file_complete_each_other(landing: Landing) -> None:
    landing.load(record("s", language="en"), record("s", language="de", exit_reason="close"))
    assert rows(landing.connection, "select language, exit_reason from public.user_sessions") == [("en", "close")]


def test_a_session_that_ended_long_ago_without_events_has_no_duration_made_of_our_clock(landing: Landing) -> None:
    landing.load(record("s", created_at=at(0), exit_page="/bye"))
    assert value(landing.connection, "select duration_seconds from public.user_sessions") is None


@pytest.mark.parametrize("order", orders(range(3)))
def test_a_session_without_events_began_with_the_first_thing_known_of_it(
    landing: Landing, order: tuple[int, ...]
) -> None:
    landing.add_test()
    files = [step("s", 30), assignment("s", 10), step("s", 20, order=2)]
    for number in order:
        landing.load(files[number])
    assert session(landing) == {"created_at": at(10), "landing_page": "", "page_count": 0}


def test_a_session_whose_end_is_supplied_began_with_the_first_thing_known_of_it(landing: Landing) -> None:
    landing.load(record("s", exit_page="/bye", duration_seconds=3), step("s", 30))
    assert session(landing)["created_at"] == at(30)


@pytest.mark.parametrize("order", orders(range(2)))
def test_a_session_with_events_began_with_the_first_of_them(landing: Landing, order: tuple[int, ...]) -> None:
    landing.add_test()
    files = [[assignment("s", 0)], VISIT]
    for number in order:
        landing.load(*files[number])
    assert session(landing) == FROM_EVENTS


def test_a_supplied_landing_page_stands_against_an_earlier_event(landing: Landing) -> None:
    landing.load(record("s", landing_page="/supplied"), event("s", 60))
    landing.load(event("s", 5, page="/early"))
    assert session(landing)["landing_page"] == "/supplied"


@pytest.mark.parametrize("known", [[], [event("s", 60)]], ids=["new", "known"])
@pytest.mark.parametrize("order", orders(range(2)))
def test_of_two_pages_at_the_same_moment_the_choice_does_not_depend_on_their_order(
    landing: Landing, order: tuple[int, ...], known: list[Line]
) -> None:
    if known:
        landing.load(*known)
    lines = [event("s", 0, page="/a"), event("s", 0, page="/b")]
    landing.load(*(lines[number] for number in order))
    assert session(landing)["landing_page"] == f"{SITE}/a"


def test_a_span_beyond_all_reason_does_not_stop_a_load(landing: Landing) -> None:
    landing.connection.execute(
        "insert into public.user_sessions (session_id, landing_page, supplied) values ('s', '/', '{}')"
    )
    landing.connection.execute(
        """
        insert into public.behavior_events (session_id, event_type, "timestamp", page_url)
        values ('s', 'click', '2000-01-01 00:00:00+00', '/'), ('s', 'click', '2099-12-31 00:00:00+00', '/')
        """
    )
    assert landing.load(event("s", 0)).status == "loaded"
    assert value(landing.connection, "select duration_seconds from public.user_sessions") == 2**31 - 1


def test_an_event_that_a_beacon_sent_again_later_happened_once(landing: Landing) -> None:
    landing.load(*VISIT[:2])
    again = VISIT[0] | {"timestamp": at(3000)}
    inserted = """
        insert into public.behavior_events (id, session_id, event_type, "timestamp", page_url)
        values (%(id)s, %(session_id)s, %(event_type)s, %(timestamp)s, '/again')
    """
    landing.connection.execute(inserted, again)
    landing.load(VISIT[2])
    assert session(landing) == FROM_EVENTS


class TestWrittenDirectly:
    """A session that a beacon inserted is the beacon's; loads only add what it lacks."""

    def insert(self, landing: Landing) -> None:
        landing.connection.execute(
            """
            insert into public.user_sessions (session_id, landing_page, created_at, language, page_count)
            values ('s', '/direct', %s, 'fr', 3)
            """,
            [START],
        )

    def test_events_of_a_file_do_not_change_it_while_it_is_open(self, landing: Landing) -> None:
        self.insert(landing)
        before = rows(landing.connection, "select to_jsonb(us) from public.user_sessions us")
        landing.load(*VISIT, now=START + timedelta(minutes=2))
        assert rows(landing.connection, "select to_jsonb(us) from public.user_sessions us") == before

    def test_once_it_is_silent_they_tell_what_it_lacks(self, landing: Landing) -> None:
        self.insert(landing)
        landing.load(*VISIT)
        assert session(landing) == FROM_EVENTS | {
            "created_at": at(0),
            "landing_page": "/direct",
            "page_count": 3,
            "language": "fr",
            "supplied": ["created_at", "landing_page", "language", "page_count"],
        }

    def test_a_record_fills_only_what_is_missing(self, landing: Landing) -> None:
        self.insert(landing)
        landing.load(record("s", landing_page="/file", language="en", page_count=9, exit_reason="close"))
        kept = "select landing_page, language, page_count, exit_reason, supplied from public.user_sessions"
        assert rows(landing.connection, kept) == [("/direct", "fr", 3, "close", None)]
