"""Clients in processes of their own, and a look at what runs for a home folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.embedded.waiting import wait_until
from uxpipeline.settings import Settings

PATIENCE = 15.0

CLIENT = """
import signal, sys
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings

# Test runners in the background have SIGINT ignored, and once Dagster ran in them SIGTERM too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
with EmbeddedServer(Settings.from_env(), fast=True).running() as server:
    print(server.status().pid, server.status().port, flush=True)
    sys.stdin.readline()
"""


def server_of(home: Path, **variables: str) -> EmbeddedServer:
    return EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home), **variables}), fast=True)


def start_client(home: Path, code: str = CLIENT, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"UXPIPELINE_HOME": str(home), **variables},
        start_new_session=True,
    )


def answer_of(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout is not None
    return [int(word) for word in process.stdout.readline().split()]


@contextmanager
def client(home: Path, code: str = CLIENT) -> Iterator[subprocess.Popen[str]]:
    """A process that uses the server; it ends cleanly with the block if the block has not ended it."""
    with start_client(home, code) as process:
        yield process
        if process.poll() is None:
            process.communicate("\n", timeout=PATIENCE)


def processes(home: Path, program: str = "") -> list[psutil.Process]:
    """Everything alive whose command line names the home folder (and `program`): server, guard, what is under way."""
    lines = ((process, " ".join(_command_line(process))) for process in psutil.process_iter())
    return [process for process, line in lines if str(home) in line and program in line]


def guards(home: Path) -> list[psutil.Process]:
    return processes(home, "uxpipeline.embedded.guard")


def eventually(condition: Callable[[], bool]) -> bool:
    return wait_until(condition, PATIENCE)


def kill(pid: int) -> None:
    """Kill and wait until the process is gone or a zombie."""
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not psutil.pid_exists(pid) or not _command_line(psutil.Process(pid)))


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
