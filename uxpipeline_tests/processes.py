"""Real processes of ours: starting commands, waiting for something to be true, finding what is left."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-m", "uxpipeline"]


def bare_environment(home: Path, **variables: str) -> dict[str, str]:
    """Nothing but a home: what a newcomer has."""
    return {"UXPIPELINE_HOME": str(home), "HOME": str(home), "PATH": os.defpath, **variables}


def run_command(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`uxpipeline ARGUMENTS` in a bare environment."""
    environment = bare_environment(home, **variables)
    return subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll until something is true.

    Raises:
        AssertionError: it is not within the time given.
    """
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def left_behind(home: Path) -> list[str]:
    """Command lines of living processes that work in a home folder."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("UXPIPELINE_HOME") == str(home) or str(home) in " ".join(process.cmdline())
            if ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found
