"""The guard: a small process that stops the server once nobody uses it, however its users ended.

It starts with `guard.lock` inherited and held, so there is no moment without a guard. Standard library only.
"""

import os
import signal
import sys
from pathlib import Path

from uxpipeline.embedded import postmaster
from uxpipeline.embedded.files import Files
from uxpipeline.embedded.locks import FileLock
from uxpipeline.embedded.waiting import wait_until

ORPHANED_START_SECONDS = 10.0


def main(folder: Path, data: Path) -> None:
    """Detach, wait for the last user (or a signal to end), then stop the server of `data` unless it is kept."""
    if os.fork():
        os._exit(0)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    files = Files(folder)
    users = FileLock(files.users_lock)
    try:
        users.exclusive()
    finally:
        if not files.keep.exists():
            _stop(files, data)


def _stop(files: Files, data: Path) -> None:
    # The killed starter's pg_ctl lives on and may bring the server up only now.
    wait_until(lambda: not files.starting.exists() or postmaster.find(data) is not None, ORPHANED_START_SECONDS)
    postmaster.stop(data)
    files.starting.unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
