"""What came before its test is taken up once the test is there, and named while it waits too long."""

from datetime import UTC, datetime, timedelta

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.doctor import _parked as doctor_looks_at
from uxpipeline.ingest.parked import release_parked
from uxpipeline.marts.waiting import parked_waiting
from uxpipeline_tests.db.queries import column, rows
from uxpipeline_tests.load.landing import NOW, Landing
from uxpipeline_tests.load.lines import Line, assignment, conversion, event, record
from uxpipeline_tests.load.steps import at_step

WAITING = "select test_id from uxpipeline.parked where released_at is null order by id"
EARLY: list[Line] = [
    assignment("s", 3, variant="B", id="01a10b00-37ff-7c36-b988-312ee5154701", metadata={"by": "beacon"}),
    assignment("t", 4, variant="A"),
    assignment("t", 5, test="other"),
    conversion("s", 9, "custom", test_id="known"),
    conversion("s", 10, "custom"),
    event("s", 1, "page_view"),
]
LATE: list[Line] = [assignment("s", 7, variant="A"), record("t", language="en")]


def release(landing: Landing) -> list[int]:
    return [tally.inserted for tally in release_parked(landing.connection, landing.settings.earliest, NOW)]


def test_the_state_is_that_of_a_test_known_from_the_beginning(landing: Landing) -> None:
    landing.add_test()
    landing.load(*EARLY)
    landing.load(*LATE)
    known_before = landing.state()
    landing.clean()
    landing.load(*EARLY)
    landing.add_test()
    landing.load(*LATE)
    assert landing.state() == known_before
    assert column(landing.connection, WAITING) == ["other"]


def test_each_is_taken_up_once_with_a_ledger_row_of_its_own(landing: Landing) -> None:
    landing.load(*EARLY)
    landing.add_test()
    assert release(landing) == [2]
    assert release(landing) == []
    first, released = rows(
        landing.connection, "select id, path, status, lines, inserted, parked, replay_of from uxpipeline.ingest_files"
    )
    assert (first[2:], released[1:]) == (("loaded", 6, 1, 5, None), (first[1], "replayed", 2, 2, 0, first[0]))


def test_without_its_test_it_waits(landing: Landing) -> None:
    landing.load(*EARLY)
    before = landing.state()
    assert release(landing) == []
    assert landing.state() == before
    assert column(landing.connection, WAITING) == ["known", "known", "other", "known", ""]


def test_it_stands_behind_an_assignment_that_was_made_earlier(landing: Landing) -> None:
    landing.load(assignment("s", 7, variant="A"))
    landing.add_test()
    landing.connection.execute("insert into public.user_sessions (session_id, landing_page) values ('s', '/')")
    landing.connection.execute(
        """
        insert into public.variant_assignments (session_id, test_id, variant, assigned_at)
        values ('s', 'known', 'B', '2026-11-20 10:00:01+00')
        """
    )
    # What changed is when the session saw the other variant too.
    assert release(landing) == [1]
    told = "select variant, other_variant_at is not null from public.variant_assignments"
    assert rows(landing.connection, told) == [("B", True)]
    assert column(landing.connection, WAITING) == []


@pytest.mark.parametrize("step", ["publish/50_insert_assignments", "publish/52_release_assignments", "record_file"])
def test_interrupted_it_is_taken_up_the_next_time(landing: Landing, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    landing.load(*EARLY)
    before = landing.state()
    landing.add_test()

    def interrupt() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        at_step(patch, step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            release(landing)
    assert landing.state() == before
    assert release(landing) == [2]


class TestAlarm:
    def age(self, connection: Connection, days: int) -> None:
        connection.execute("update uxpipeline.parked set received_at = %s", [NOW - timedelta(days=days)])

    def test_nothing_parked_is_well(self, landing: Landing) -> None:
        assert parked_waiting(landing.connection, NOW).passed

    def test_a_week_is_given(self, landing: Landing) -> None:
        landing.load(*EARLY)
        self.age(landing.connection, 6)
        found = parked_waiting(landing.connection, NOW)
        assert found.passed
        assert found.message.startswith(
            "4 parked lines wait for 2 tests that are not in a_b_tests, 1 for an assignment"
        )

    def test_then_it_is_said_with_numbers_and_without_names(self, landing: Landing) -> None:
        landing.add_test()
        landing.load(*EARLY, conversion("nobody", 1, "custom"))
        self.age(landing.connection, 8)
        found = parked_waiting(landing.connection, NOW)
        assert not found.passed
        assert found.message == (
            "1 parked lines wait for 1 tests that are not in a_b_tests, 1 for an assignment; "
            "2 wait longer than 7 days, the oldest since 2026-11-14 UTC."
        )
        assert "other" not in f"{found.message} {found.numbers}"

    def test_the_doctor_says_the_same_and_what_to_do(self, landing: Landing) -> None:
        landing.load(*EARLY)
        landing.connection.execute(
            "update uxpipeline.parked set received_at = %s", [datetime.now(UTC) - timedelta(days=9)]
        )
        found = doctor_looks_at(landing.connection)
        assert (found.level, found.topic) == ("warning", "parked")
        assert "5 wait longer than 7 days" in found.message
        assert "Add the tests" in found.remedy
