"""Find and stop the server process of a cluster without ever touching another process.

Standard library only: the guard imports it.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from uxpipeline.embedded.waiting import wait_until

STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))  # fast shutdown; immediate, repaired by the next start


def find(data: Path) -> int | None:
    """Return the process id of the live server of `data`, or None.

    A zombie, or another process that got a dead server's number, is not the server.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if _serves(pid, data) else None


def stop(data: Path) -> bool:
    """Stop the server of `data`, if one runs, and say whether it is gone."""
    pid = find(data)
    if pid is None:
        return True
    for number, seconds in STOP_STEPS:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(lambda: not _serves(pid, data), seconds):
            return True
    return False


def _serves(pid: int, data: Path) -> bool:
    return f"/postgres -D {data} " in _command_line(pid)


def _command_line(pid: int) -> str:
    """Return the arguments joined by blanks; nothing for zombies, which have none left."""
    if sys.platform != "linux":
        ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(ps, stdout=subprocess.PIPE, text=True, check=False).stdout
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" "))
    except OSError:
        return ""
