"""Large files are parsed by processes of their own: nothing about their lines changes, and none outlives the load."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from uxpipeline.errors import TransientError
from uxpipeline.ingest.load import load_paths
from uxpipeline.ingest.parsing import parser, workers
from uxpipeline.ingest.reports import Done
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import Line, event, record, step

LINES: list[Line | str] = [
    *(event(f"s{number % 7}", number, element_text=f"\\N\t\\. {number}\x02\n") for number in range(40)),
    event("s1", 1),
    "{",
    '{"session_id": "s", "session_id": "s"}',
    record("s1", language="en"),
    step("s2", 3),
]


@pytest.fixture
def shared_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Chunks so small that a few lines are shared out."""
    monkeypatch.setattr(parser, "CHUNK_LINES", 2)
    monkeypatch.setattr(workers, "CHUNKS_BEFORE_WORKERS", 1)
    yield
    assert children() == []


def children() -> list[psutil.Process]:
    def command(child: psutil.Process) -> list[str]:
        return child.as_dict(["cmdline"])["cmdline"] or []

    return [child for child in psutil.Process().children() if "uxpipeline.ingest.parsing.workers" in command(child)]


@pytest.mark.usefixtures("shared_out")
def test_shared_out_lines_become_what_they_become_otherwise(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    path = landing.write(LINES)
    shared = landing.load_file(path, max_bad=1.0)
    kept = landing.state(), landing.quarantine()
    landing.clean()
    monkeypatch.setattr(workers, "CHUNKS_BEFORE_WORKERS", 1000)
    alone = landing.load_file(path, max_bad=1.0)
    assert counts(shared) == counts(alone) == {"inserted": 42, "duplicates": 1, "quarantined": 2}
    assert (landing.state(), landing.quarantine()) == kept


@pytest.mark.usefixtures("shared_out")
def test_rows_of_a_table_are_shared_out_too(landing: Landing) -> None:
    events = [event(f"s{number % 3}", number) for number in range(9)]
    path = landing.write([",".join(events[0]), *(",".join(each.values()) for each in events)])
    assert counts(landing.load_file(path)) == {"inserted": 9}
    assert counts(landing.load_file(landing.write(events))) == {"duplicates": 9}


@pytest.mark.usefixtures("shared_out")
def test_a_worker_that_is_killed_costs_the_load_and_no_line(landing: Landing) -> None:
    path = landing.write(LINES)

    def kill(_done: Done) -> None:
        for child in children():
            os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(TransientError, match="was ended"):
        load_paths(landing.connection, landing.settings, [path], NOW, max_bad=1.0, progress=kill)
    assert (landing.state(), landing.ledger()) == ([], [])
    assert counts(landing.load_file(path, max_bad=1.0)) == {"inserted": 42, "duplicates": 1, "quarantined": 2}


@pytest.mark.usefixtures("shared_out")
def test_an_interrupted_load_leaves_no_worker(landing: Landing) -> None:
    def interrupt(done: Done) -> None:
        if children() and done.lines > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_paths(landing.connection, landing.settings, [landing.write(LINES)], NOW, progress=interrupt)


def test_progress_tells_how_much_of_a_file_is_staged(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "CHUNK_LINES", 10)
    told = []
    path = landing.write([event("s", 10 + number) for number in range(25)])
    load_paths(
        landing.connection,
        landing.settings,
        [path],
        NOW,
        progress=lambda done: told.append((done.path, done.lines, done.all_lines)),
    )
    assert told == [(path, 10, 25), (path, 20, 25), (path, 25, 25)]
