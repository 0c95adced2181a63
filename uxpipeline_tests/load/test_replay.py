"""Lines from quarantine are loaded once, as soon as they can be."""

from dataclasses import replace
from datetime import timedelta

from uxpipeline.ingest.ledger import quarantine_reasons, quarantined_files, quarantined_lines
from uxpipeline.ingest.load import replay_lines
from uxpipeline.ingest.reports import FileReport
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.load.landing import NOW, STATE, Landing
from uxpipeline_tests.load.lines import START, event

EARLY, LATE = (event("s", second) for second in (0, 60))
HOPELESS = event("s", 90, kind="no such kind")
EVENTS = 'select "timestamp" from public.behavior_events order by 1'
LEDGER = "select id, status, lines, inserted, replay_of from uxpipeline.ingest_files order by id"
REPLAYED = "select line_no from uxpipeline.quarantine where replayed_at is not null"


def strict(landing: Landing) -> Landing:
    """The same folder for a loader to which the first event is too old."""
    return replace(landing, settings=replace(landing.settings, earliest=START + timedelta(seconds=30)))


def replay(landing: Landing, *ids: int, reason: str | None = None) -> list[FileReport]:
    files = quarantined_files(landing.connection, ids, reason)
    return list(replay_lines(landing.connection, landing.settings, files, NOW))


def test_after_a_fix_a_line_is_loaded_and_the_others_are_not_read_again(landing: Landing) -> None:
    strict(landing).load(EARLY, LATE)
    [report] = replay(landing)
    assert (report.status, report.lines, report.inserted, report.quarantined) == ("replayed", 1, 1, 0)
    assert column(landing.connection, EVENTS) == [START, START + timedelta(seconds=60)]
    assert column(landing.connection, REPLAYED) == [1]


def test_all_is_as_if_the_line_had_been_taken_at_once(landing: Landing) -> None:
    landing.load(EARLY, LATE)
    refresh_marts(landing.connection, NOW)
    at_once = rows(landing.connection, STATE)
    landing.clean()
    strict(landing).load(EARLY, LATE)
    refresh_marts(landing.connection, NOW)
    replay(landing)
    refresh_marts(landing.connection, NOW)
    assert rows(landing.connection, STATE) == at_once


def test_a_line_that_others_explain_is_read_with_them(landing: Landing) -> None:
    def recorded(kind: int, second: int, **data: object) -> dict[str, object]:
        at_ms = round((START + timedelta(seconds=second)).timestamp() * 1000)
        return {"session_id": "s", "type": kind, "data": data, "timestamp": at_ms}

    button = {"type": 2, "id": 2, "tagName": "button", "attributes": {"id": "buy"}, "childNodes": []}
    page = {"node": {"type": 0, "id": 1, "childNodes": [button]}}
    click = recorded(3, 20, source=2, type=2, id=2, x=1, y=1)
    strict(landing).load(click, recorded(4, 0, href="https://shop.example/cart"), recorded(2, 1, **page))
    replay(landing)
    paths = "select element_path from public.behavior_events where event_type = 'click'"
    assert column(landing.connection, paths) == ["button#buy"]


def test_a_second_replay_finds_nothing(landing: Landing) -> None:
    strict(landing).load(EARLY)
    replay(landing)
    before = rows(landing.connection, STATE)
    assert replay(landing) == []
    assert rows(landing.connection, STATE) == before


def test_what_came_by_another_way_meanwhile_is_a_duplicate(landing: Landing) -> None:
    strict(landing).load(EARLY, HOPELESS)
    landing.load(EARLY)
    [report] = replay(landing)
    assert (report.inserted, report.duplicates, report.quarantined) == (0, 1, 1)
    assert column(landing.connection, REPLAYED) == [1]


def test_a_line_refused_again_stays_with_the_reason_of_now(landing: Landing) -> None:
    strict(landing).load(EARLY, HOPELESS)
    landing.connection.execute("update uxpipeline.quarantine set reason = 'before'")
    [report] = replay(landing)
    assert (report.inserted, report.quarantined) == (1, 1)
    assert quarantine_reasons(landing.connection) == [("unknown_event_type", 1)]
    assert value(landing.connection, "select count(*) from uxpipeline.quarantine") == 2


def test_only_the_lines_that_were_asked_for(landing: Landing) -> None:
    strict(landing).load(EARLY, event("s", 1), event("s", 2))
    first = quarantined_lines(landing.connection)[0]
    replay(landing, first.id)
    assert column(landing.connection, EVENTS) == [START]
    assert replay(landing, reason="another") == []
    replay(landing, reason=first.reason)
    assert len(column(landing.connection, EVENTS)) == 3


def test_a_file_that_is_gone_or_changed_is_named_and_the_rest_goes_on(landing: Landing) -> None:
    paths = [landing.write([EARLY | {"session_id": name}]) for name in ("gone", "changed", "there")]
    for path in paths:
        strict(landing).load_file(path, max_bad=1)
    paths[0].unlink()
    paths[1].write_text(paths[1].read_text(encoding="utf-8") + "\n", encoding="utf-8")
    gone, changed, there = replay(landing)
    assert (gone.status, changed.status, there.status) == ("aborted", "aborted", "replayed")
    assert "is not there any more" in (gone.problem or "")
    assert f"uxpipeline load {paths[1]}" in (changed.problem or "")
    assert column(landing.connection, "select session_id from public.behavior_events") == ["there"]


def test_the_ledger_names_the_load_whose_lines_they_were(landing: Landing) -> None:
    strict(landing).load(EARLY)
    replay(landing)
    first, replayed = rows(landing.connection, LEDGER)
    assert replayed == (first[0] + 1, "replayed", 1, 1, first[0])


def test_the_file_counts_as_loaded_before_still(landing: Landing) -> None:
    path = landing.write([EARLY])
    strict(landing).load_file(path, max_bad=1)
    replay(landing)
    assert landing.load_file(path).status == "already_loaded"
