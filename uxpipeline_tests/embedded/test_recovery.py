import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from uxpipeline.embedded import postmaster
from uxpipeline_tests.embedded.helpers import (
    PATIENCE,
    answer_of,
    eventually,
    kill,
    processes,
    server_of,
    start_client,
)

STARTERS = 6

INNOCENT = """
import signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
print(flush=True)
input()
print("unharmed")
"""


@pytest.fixture
def innocent(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process whose number a dead server left in its postmaster.pid."""
    with start_client(home, INNOCENT) as process:
        answer_of(process)
        data = home / "postgres" / "data"
        (data / "postmaster.pid").write_text(f"{process.pid}\n{data}\n1700000000\n5432\n\n127.0.0.1\n")
        yield process


def test_a_killed_server_comes_back_on_its_port_with_its_data(home: Path) -> None:
    with server_of(home).running() as server:
        before = server.status()
        assert before.pid is not None
        with psycopg.connect(server.url()) as connection:
            connection.execute("SET synchronous_commit = on")  # which `fast` switches off
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        kill(before.pid)
        assert not server.status().running
        server.ensure_alive()
        after = server.status()
        assert (after.running, after.port, after.pid != before.pid) == (True, before.port, True)
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_the_next_user_revives_a_killed_server(home: Path) -> None:
    with server_of(home).running() as server:
        before = server.status()
        assert before.pid is not None
        kill(before.pid)
        with server_of(home).running() as other:
            assert (other.status().running, other.status().port) == (True, before.port)


def test_a_killed_server_comes_back_once_its_last_query_has_ended(home: Path) -> None:
    with server_of(home).running() as server, closing(psycopg.connect(server.url(), autocommit=True)) as connection:
        before = server.status()
        assert before.pid is not None
        # Its process keeps the shared memory while it computes, and a new server refuses to start.
        connection.pgconn.send_query(b"DO $$ BEGIN FOR i IN 1..100000000 LOOP END LOOP; END $$")
        kill(before.pid)
        server.ensure_alive()
        assert server.status().port == before.port
    assert "is still in use" in (home / "postgres" / "server.log").read_text()


def test_a_process_with_a_dead_servers_number_survives_the_start(home: Path, innocent: subprocess.Popen[str]) -> None:
    with server_of(home).running() as server:
        assert server.status().running
    assert innocent.communicate("\n", timeout=PATIENCE)[0] == "unharmed\n"


def test_a_process_with_a_dead_servers_number_survives_the_stop(home: Path, innocent: subprocess.Popen[str]) -> None:
    server_of(home).stop()
    assert innocent.communicate("\n", timeout=PATIENCE)[0] == "unharmed\n"


def test_the_server_is_also_found_by_ps(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with server_of(home).running() as server:
        expected = server.status()
        monkeypatch.setattr(sys, "platform", "darwin")
        assert postmaster.find(expected.data) == expected.pid
        assert postmaster.find(expected.data / "other") is None


def test_a_killed_initdb_leaves_nothing_that_blocks(new_home: Path) -> None:
    folder = new_home / "postgres"
    with start_client(new_home) as process:
        assert eventually(lambda: any(folder.glob("init-*/data/base")))
        process.kill()
        for program in processes(new_home):
            program.kill()
        process.communicate(timeout=PATIENCE)
    assert not (folder / "data").exists()
    assert list(folder.glob("init-*"))
    with server_of(new_home).running() as server:
        assert server.status().running
        assert not list(folder.glob("init-*"))


def test_racing_starters_end_on_one_server(new_home: Path) -> None:
    racers = [start_client(new_home) for _ in range(STARTERS)]
    answers = [answer_of(racer) for racer in racers]
    for racer in racers:
        racer.communicate("\n", timeout=PATIENCE)
    assert len(answers[0]) == 2
    assert answers == [answers[0]] * STARTERS
    assert [racer.returncode for racer in racers] == [0] * STARTERS
    assert not processes(new_home)
