"""Runs a command and ends it, with everything it started, as soon as stdin closes.

Dagster's webserver and daemon outlive a killed `dagster dev`; the pipe from our parent closes however the parent ends.
"""

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_SECONDS = 8.0


def main() -> int:
    """Supervise `sys.argv[1:]`; returns its exit code."""
    # An ignored SIGINT is inherited and would make Dagster deaf to TERM as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _end_group(child.pid))
    threading.Thread(target=_stop_when_orphaned, args=(child.pid,), daemon=True).start()
    code = child.wait()
    _end_group(child.pid)
    return code


def _stop_when_orphaned(group: int) -> None:
    while os.read(0, 1):
        pass
    _end_group(group)


def _end_group(group: int) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    _signal(group, signal.SIGTERM)
    while _signal(group, 0) and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
