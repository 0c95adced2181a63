"""The same thing arriving again changes nothing, whatever it arrives in."""

import shutil

import pytest

from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import SITE, Line, assignment, at, conversion, event, record, step

TIMES = 'select "timestamp" from public.behavior_events order by 1'


def without_id(line: Line) -> Line:
    return {key: item for key, item in line.items() if key != "id"}


def test_a_file_loaded_again_is_known_and_leaves_no_second_entry(landing: Landing) -> None:
    path = landing.write([event("s", 0), event("s", 1)])
    first = landing.load_file(path)
    state, ledger = landing.state(), landing.ledger()
    again = landing.load_file(path)
    assert (first.status, again.status) == ("loaded", "already_loaded")
    assert (again.lines, counts(again), again.source) == (2, {"duplicates": 2}, "native")
    assert (landing.state(), landing.ledger()) == (state, ledger)


def test_a_copy_of_a_file_is_known_whatever_its_name(landing: Landing) -> None:
    path = landing.write([event("s", 0)])
    landing.load_file(path)
    shutil.copy(path, landing.folder / "renamed.jsonl")
    assert landing.load_file(landing.folder / "renamed.jsonl").status == "already_loaded"


def test_files_that_differ_in_one_byte_are_two(landing: Landing) -> None:
    assert landing.load(event("s", 0)).status == "loaded"
    assert landing.load(event("s", 0), "").status == "loaded"


def test_an_event_repeated_in_a_file_is_stored_once(landing: Landing) -> None:
    assert counts(landing.load(event("s", 0), event("s", 0), event("s", 0))) == {"inserted": 1, "duplicates": 2}


def test_an_event_of_an_earlier_file_is_a_duplicate(landing: Landing) -> None:
    landing.load(event("s", 0))
    state = landing.state()
    assert counts(landing.load(event("s", 0), record("t"))) == {"inserted": 1, "duplicates": 1}
    assert set(state) < set(landing.state())


@pytest.mark.parametrize(
    "line",
    [event("s", 0), record("s", language="en"), step("s", 0), assignment("s", 0), conversion("s", 0)],
    ids=lambda line: str(line.get("kind", "event")),
)
def test_a_line_of_any_kind_in_a_later_file_is_a_duplicate(landing: Landing, line: Line) -> None:
    landing.add_test()
    landing.load(assignment("s", 0), line)
    state = landing.state()
    assert counts(landing.load(line)) == {"duplicates": 1}
    assert landing.state() == state


def test_ids_are_the_same_however_they_are_spelt(landing: Landing) -> None:
    line = event("s", 0)
    report = landing.load(line, line | {"id": line["id"].upper()})
    assert counts(report) == {"inserted": 1, "duplicates": 1}


def test_lines_without_ids_are_the_same_when_they_say_the_same(landing: Landing) -> None:
    line, another = without_id(event("s", 0)), without_id(event("s", 1))
    assert counts(landing.load(line, another)) == {"inserted": 2}
    assert counts(landing.load(line, record("t"))) == {"inserted": 1, "duplicates": 1}


def test_an_id_is_its_sessions_own(landing: Landing) -> None:
    line = event("s", 0)
    assert counts(landing.load(line, line | {"session_id": "t"})) == {"inserted": 2}


def test_an_event_inserted_directly_is_not_stored_again(landing: Landing) -> None:
    line = event("s", 0)
    landing.connection.execute("insert into public.user_sessions (session_id, landing_page) values ('s', '/')")
    landing.connection.execute(
        """
        insert into public.behavior_events (id, session_id, event_type, "timestamp", page_url)
        values (%(id)s, %(session_id)s, %(event_type)s, %(timestamp)s, %(page_url)s)
        """,
        line,
    )
    assert counts(landing.load(line)) == {"duplicates": 1}
    assert value(landing.connection, "select count(*) from public.behavior_events") == 1


class TestRetries:
    """A tracker that sends an event again may give it another time."""

    def retry(self) -> tuple[Line, Line]:
        line = event("s", 0)
        return line, line | {"timestamp": at(0.018)}

    def test_in_one_file_the_first_counts(self, landing: Landing) -> None:
        assert counts(landing.load(*self.retry())) == {"inserted": 1, "duplicates": 1}
        assert [moment.isoformat() for moment in column(landing.connection, TIMES)] == [at(0)]

    def test_in_another_file_the_first_stored_stays(self, landing: Landing) -> None:
        first, second = self.retry()
        landing.load(second)
        assert counts(landing.load(first)) == {"duplicates": 1}
        assert [moment.isoformat() for moment in column(landing.connection, TIMES)] == [at(0.018)]


class TestReusedIds:
    """Another event under the id of a stored one is no retry: it must not vanish as a duplicate."""

    def lines(self) -> tuple[Line, Line]:
        line = event("s", 0, "click", "/cart")
        return line, line | {"event_type": "page_view", "page_url": f"{SITE}/thanks", "timestamp": at(9)}

    def test_in_one_file(self, landing: Landing) -> None:
        assert counts(landing.load(*self.lines())) == {"inserted": 1, "quarantined": 1}
        assert landing.quarantine() == [(2, "id_reused", "id")]
        assert column(landing.connection, "select event_type from public.behavior_events") == ["click"]

    def test_in_another_file(self, landing: Landing) -> None:
        first, second = self.lines()
        landing.load(first)
        assert counts(landing.load(second, record("t"))) == {"inserted": 1, "quarantined": 1}
        assert column(landing.connection, "select event_type from public.behavior_events") == ["click"]

    def test_what_is_kept_of_them_is_capped(self, landing: Landing) -> None:
        first, second = self.lines()
        landing.load(first, second | {"event_data": {"words": "word " * 10_000}})
        kept = rows(landing.connection, "select length(payload), payload like '%%/thanks%%' from uxpipeline.quarantine")
        assert kept == [(8192, True)]
