import os
import signal
from pathlib import Path

import psutil
import pytest

from uxpipeline.embedded import lifetime
from uxpipeline.embedded.locks import FileLock
from uxpipeline.errors import EmbeddedServerError
from uxpipeline_tests.embedded.helpers import (
    PATIENCE,
    answer_of,
    client,
    eventually,
    guards,
    kill,
    processes,
    server_of,
    start_client,
)

FORKING_CLIENT = """
import os, time
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings

server = EmbeddedServer(Settings.from_env(), fast=True)
server.acquire()
child = os.fork()
if child == 0:
    server.release()
    time.sleep(60)
    os._exit(0)
running = server.status().running
server.release()
print(child, int(running), flush=True)
"""


def test_users_share_one_server_that_outlives_all_but_the_last(home: Path) -> None:
    with client(home) as first, client(home) as second:
        assert answer_of(first) == (answer := answer_of(second))
        first.communicate("\n", timeout=PATIENCE)
        assert server_of(home).status().pid == answer[0]
        second.communicate("\n", timeout=PATIENCE)
        assert (first.returncode, second.returncode) == (0, 0)
        assert not processes(home)


def test_every_lease_of_one_process_counts(home: Path) -> None:
    server = server_of(home)
    with server.running(), server_of(home).running():
        with server.running():
            pass
        assert server.status().running
    assert not processes(home)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_server_goes_when_its_only_user_is_ended(home: Path, number: signal.Signals) -> None:
    with client(home) as process:
        answer_of(process)
        os.killpg(process.pid, number)  # as Ctrl-C does: everything in the terminal's session
        process.wait(timeout=PATIENCE)
        assert process.returncode == -number
        assert eventually(lambda: not processes(home))


def test_a_killed_user_does_not_take_the_server_from_others(home: Path) -> None:
    with client(home) as survivor, client(home) as victim:
        pid, _ = answer_of(survivor)
        answer_of(victim)
        victim.kill()
        victim.communicate(timeout=PATIENCE)
        with server_of(home).running() as server:
            assert server.status().pid == pid


def test_the_last_user_needs_no_guard(home: Path) -> None:
    with server_of(home).running():
        (guard,) = guards(home)
        kill(guard.pid)
    assert not processes(home)


def test_the_next_user_replaces_a_killed_guard(home: Path) -> None:
    with server_of(home).running():
        (guard,) = guards(home)
        kill(guard.pid)
        with client(home) as process:
            answer_of(process)
            assert len(guards(home)) == 1


def test_a_guard_told_to_end_stops_the_server(home: Path) -> None:
    with server_of(home).running() as server:
        (guard,) = guards(home)
        guard.terminate()
        assert eventually(lambda: not processes(home))
        assert not server.status().running


def test_a_fork_holds_no_lease(home: Path) -> None:
    with client(home, FORKING_CLIENT) as process:
        child, was_running = answer_of(process)
        assert was_running
        assert psutil.pid_exists(child)
        assert not processes(home)
        kill(child)


def test_a_starter_killed_in_mid_start_leaves_nothing(home: Path, slow_binaries: Path) -> None:
    with start_client(home, UXPIPELINE_PG_BIN=str(slow_binaries)) as process:
        assert eventually(lambda: bool(processes(home, "/pg_ctl")))
        process.kill()
        process.communicate(timeout=PATIENCE)
        assert eventually(lambda: not processes(home))
    assert "received fast shutdown request" in (home / "postgres" / "server.log").read_text()


def test_an_interrupted_start_ends_soon_and_leaves_nothing(home: Path, slow_binaries: Path) -> None:
    with start_client(home, UXPIPELINE_PG_BIN=str(slow_binaries)) as process:
        assert eventually(lambda: bool(processes(home, "/pg_ctl")))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=6) == -signal.SIGINT
        assert not processes(home)


def test_a_lease_that_cannot_be_given_back_in_order_is_given_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, other = server_of(home), FileLock(home / "postgres" / "server.lock")
    server.acquire()
    assert other.try_exclusive()
    monkeypatch.setattr(lifetime, "TURN_SECONDS", 0.1)
    with pytest.raises(EmbeddedServerError, match="Another process"):
        server.release()
    assert eventually(lambda: not processes(home))
    other.close()


def test_a_kept_server_can_be_stopped_under_its_user_and_brought_back(home: Path) -> None:
    with server_of(home).running() as server:
        before = server.status()
        server_of(home).start_kept()
        server_of(home).stop()
        assert not server.status().running
        server.ensure_alive()
        assert (server.status().running, server.status().port) == (True, before.port)
    assert not processes(home)
