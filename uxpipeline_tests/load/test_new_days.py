"""Many events of a day that no partition is there for are stored apart, and nobody can tell afterwards."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import pytest
from psycopg import sql
from psycopg.pq import TransactionStatus

from uxpipeline.db.catalog import drift
from uxpipeline.db.connect import Connection, connect
from uxpipeline.errors import ServerUnreachableError
from uxpipeline.ingest import new_days
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import Line, assignment, conversion, event, record, step
from uxpipeline_tests.load.steps import at_step

KNOWN, NEW, ALSO_NEW, QUIET = "2026-11-20", "2026-11-12", "2026-11-13", "2026-11-14"
PARTITION = Path(__file__).with_name("partition.sql").read_text(encoding="utf-8")


def drop_partition(connection: Connection, day: str) -> None:
    named = sql.Identifier("uxpipeline", f"behavior_events_{day.replace('-', '')}")
    connection.execute(sql.SQL("drop table if exists {}").format(named))


@pytest.fixture(autouse=True)
def days(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three days have no partition yet, and few events are many."""
    with connect(database) as connection:
        for day in (NEW, ALSO_NEW, QUIET):
            drop_partition(connection, day)
        value(connection, "select uxpipeline.ensure_event_partitions(%s, %s)", KNOWN, KNOWN)
    monkeypatch.setattr(new_days, "FEWEST_EVENTS", 2)


@pytest.fixture
def visitor(database: str) -> Iterator[Connection]:
    with connect(database) as opened:
        opened.execute("set lock_timeout = '1s'")
        yield opened


def on(day: str, session: str, second: int, kind: str = "click", **fields: object) -> Line:
    """An event at noon of a day."""
    moment = {"timestamp": f"{day}T12:00:{second:02}Z"}
    return event(session, second, kind, f"/{day}", **fields) | moment


def left(connection: Connection) -> list[str]:
    """What is still stored apart."""
    return column(connection, "select relname from pg_class where relname like 'stage_new_events%'")


def apart(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The days that are stored apart, as they are attached."""
    found: list[str] = []
    named = (
        "select relname from pg_class where oid in (select inhrelid from pg_inherits where inhparent = to_regclass(%s))"
    )

    def note() -> None:
        found.extend(column(landing.connection, named + " order by relname", "uxpipeline.stage_new_events"))

    at_step(monkeypatch, "new_days/attach", note)
    return found


EARLIER = [event("known", 0), event("known", 1), record("told", language="en", created_at=f"{KNOWN}T10:00:00Z")]
LINES: list[Line | str] = [
    *(on(NEW, session, second) for session in ("a", "b") for second in range(5)),
    *(on(ALSO_NEW, "a", second, "page_view") for second in range(3)),
    # A session with events on known and on new days, a retry of a stored event, one of an event of the file.
    *(on(NEW, "known", second) for second in range(2)),
    *(event("known", second) for second in (1, 2)),
    on(NEW, "a", 1) | {"timestamp": f"{NEW}T12:00:01.007Z"},
    # An id that comes back as something else, and lines that are more than an event.
    on(NEW, "b", 2) | {"event_type": "hover", "page_url": "https://shop.example/elsewhere"},
    record("a", language="de"),
    step("b", 3),
    assignment("b", 1),
    conversion("b", 9),
    on(QUIET, "alone", 1),
    "{not json",
]
TIED = ["page_view", "click", "hover"]
"""What happens in the same second, each on a page of its own."""
VISITS: list[Line | str] = [
    *(on(NEW, "tied", second, kind, page_url=f"/{kind}") for second in (1, 9) for kind in TIED),
    on(NEW, "once", 1, "page_view"),
    # From one new day to the next, over midnight and not, and to one that is known.
    *(event("late", second - 640_800, "page_view", f"/{second}") for second in range(-2, 3)),
    *(on(day, "days", 1, "page_view", page_url=f"/{day}") for day in (ALSO_NEW, NEW)),
    *(on(day, "back", 1, page_url=f"/{day}") for day in (KNOWN, NEW)),
    # Sessions of which nothing else is told: one whose id comes again, one that was known without events.
    *(on(NEW, "twice", second, "page_view") for second in (1, 5)),
    on(NEW, "twice", 5, "page_view") | {"timestamp": f"{NEW}T12:00:30Z"},
    on(NEW, "told", 3, "page_view"),
    # The earliest event of a session comes last, in a line that says more of it.
    step("tied", -700_000),
    record("once", exit_page="/bye", device_type="tablet"),
]


def load_all(landing: Landing, lines: list[Line | str], now: datetime) -> tuple[object, ...]:
    """Everything that a load says and stores."""
    landing.add_test()
    landing.load(*EARLIER)
    report = landing.load(*lines, now=now)
    stale = "select distinct session_id, day, relation from uxpipeline.stale_sessions order by 1, 2, 3"
    return (
        counts(report), report.rows_written, landing.state(), landing.quarantine(), rows(landing.connection, stale)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "now"), [(LINES, NOW), (VISITS, NOW), (VISITS, datetime(2026, 11, 13, 12, 20, tzinfo=UTC))]
)
def test_what_is_stored_is_what_would_have_been_stored_one_by_one(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, lines: list[Line | str], now: datetime
) -> None:
    with monkeypatch.context() as patch:
        attached = apart(landing, patch)
        found = load_all(landing, lines, now)
    assert attached == ["stage_new_events_20261112", "stage_new_events_20261113"]
    landing.clean()
    for day in (NEW, ALSO_NEW):
        drop_partition(landing.connection, day)
    monkeypatch.setattr(new_days, "FEWEST_EVENTS", 1000)
    attached = apart(landing, monkeypatch)
    expected = load_all(landing, lines, now)
    assert attached == []
    assert found == expected


def test_its_partition_is_like_any_other(landing: Landing) -> None:
    landing.load(*LINES)
    value(landing.connection, "select uxpipeline.ensure_event_partitions('2026-11-14', '2026-11-14')")
    attached, ensured = (rows(landing.connection, PARTITION, day) for day in ("20261112", "20261114"))
    assert attached == ensured
    assert drift(landing.connection) == []
    assert left(landing.connection) == []


def test_loaded_again_it_changes_nothing(landing: Landing) -> None:
    landing.load(*LINES)
    before = landing.state()
    assert counts(landing.load(*reversed(LINES))).keys() == {"duplicates", "quarantined", "parked"}
    assert landing.state() == before


def test_who_makes_the_partition_meanwhile_is_in_nobodys_way(
    landing: Landing, visitor: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uxpipeline.ingest.publish.WAIT_SECONDS", 0)
    ensure = f"select uxpipeline.ensure_event_partitions('{NEW}', '{NEW}')"
    at_step(monkeypatch, "new_days/begin", lambda: value(visitor, ensure))
    report = landing.load(on(NEW, "s", 1), on(NEW, "s", 2))
    assert (report.status, counts(report)) == ("loaded", {"inserted": 2})
    assert value(landing.connection, "select count(*) from public.behavior_events") == 2


@pytest.mark.parametrize(
    "earlier",
    [
        [on(NEW, "s", 1), on(NEW, "s", 2)],
        [{"kind": "assignment", "session_id": "s", "test_id": "t", "variant": "A", "assigned_at": f"{NEW}T12:00:00Z"}],
    ],
)
def test_nobody_waits_until_all_is_done(
    landing: Landing, visitor: Connection, monkeypatch: pytest.MonkeyPatch, earlier: list[Line]
) -> None:
    landing.load(*EARLIER)
    seen = []

    def visit() -> None:
        seen.append(value(visitor, "select count(*) from public.behavior_events"))
        visitor.execute("insert into public.user_sessions (session_id, landing_page) values ('direct', '/')")
        visitor.execute(
            "insert into public.behavior_events (session_id, event_type, page_url) values ('direct', 'click', '/')"
        )

    at_step(monkeypatch, "new_days/attach", visit)
    landing.load(*earlier, on(NEW, "s", 3), on(NEW, "s", 4))
    assert seen == [2]


def test_the_partitions_of_other_days_are_made_meanwhile(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    made, seen = Event(), []
    at_step(monkeypatch, "verdict", made.set)
    at_step(monkeypatch, "new_days/index", lambda: seen.append(made.wait(20)))
    assert landing.load(on(NEW, "s", 1), on(NEW, "s", 2), on(QUIET, "s", 3)).status == "loaded"
    assert seen == [True]


def test_a_pooler_gives_it_a_server_before_publishing_takes_one(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, seen = new_days._store, []

    def watched(second: Connection, load_id: int, chosen: Future[list[date]]) -> int:
        chosen.add_done_callback(lambda _: seen.append(second.info.transaction_status))
        return store(second, load_id, chosen)

    monkeypatch.setattr(new_days, "_store", watched)
    landing.load(on(NEW, "s", 1), on(NEW, "s", 2))
    assert seen == [TransactionStatus.INTRANS]


def test_rage_clicks_are_derived_there_too(landing: Landing) -> None:
    clicks = [
        event("s", second, "click", f"/{second}", metadata={"rage_clicks": {"of": "body"}})
        | {"timestamp": f"{NEW}T12:00:01.{second}Z"}
        for second in range(4)
    ]
    landing.load(*clicks)
    kinds = "select event_type, count(*)::integer from public.behavior_events group by 1 order by 1"
    assert rows(landing.connection, kinds) == [("click", 4), ("rage_click", 1)]


def test_a_load_that_dies_while_it_attaches_leaves_nothing(
    landing: Landing, database: str, visitor: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = landing.write(LINES)

    def load_and_die() -> None:
        with connect(database) as lost, monkeypatch.context() as patch:
            end = "select pg_terminate_backend(%s)"
            at_step(patch, "new_days/attach", lambda: value(visitor, end, value(lost, "select pg_backend_pid()")))
            replace(landing, connection=lost).load_file(path, max_bad=1.0)

    with pytest.raises(ServerUnreachableError):
        load_and_die()
    assert landing.state() == []
    assert left(landing.connection) == []
    assert landing.load_file(path, max_bad=1.0).status == "loaded"


def test_what_a_killed_load_stored_apart_is_dropped_by_the_next(landing: Landing) -> None:
    value(landing.connection, "select uxpipeline.begin_event_days(%s::date[])", [NEW])
    assert "stage_new_events_20261112" in left(landing.connection)
    assert drift(landing.connection) == []
    assert landing.load(*LINES).status == "loaded"
    assert left(landing.connection) == []


@pytest.mark.parametrize("step", ["begin", "insert_events", "index"])
def test_without_the_second_connection_it_is_loaded_all_the_same(
    landing: Landing, visitor: Connection, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr("uxpipeline.ingest.publish.WAIT_SECONDS", 0)
    ours = value(landing.connection, "select pg_backend_pid()")
    others = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid not in (%s, pg_backend_pid()) and application_name = 'uxpipeline'
    """
    ended = []
    at_step(monkeypatch, f"new_days/{step}", lambda: ended.append(value(visitor, others, ours)))
    assert counts(landing.load(*LINES)) == {"inserted": 21, "duplicates": 1, "quarantined": 2, "parked": 1}
    assert (len(ended), left(landing.connection)) == (1, [])


def test_what_is_refused_is_not_stored_apart_either(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    def tamper() -> None:
        landing.connection.execute("update uxpipeline.stage_events set page_url = '/ada@example.test'")

    at_step(monkeypatch, "publish_settings", tamper)
    assert landing.load(*LINES).status == "aborted"
    assert (landing.state(), left(landing.connection)) == ([], [])
