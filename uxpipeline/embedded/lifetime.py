"""Who uses the server of a folder, and what happens when the last one leaves.

Every user process holds `users.lock` shared: its lease. The guard waits for the exclusive lock, which it gets when the
last lease is gone, and then stops the server. So nothing stays behind however users end. Users that end cleanly do
not leave it to the guard: the last one stops the server and sees the guard off.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uxpipeline
from uxpipeline.embedded.account import clean_environment
from uxpipeline.embedded.cluster import Cluster
from uxpipeline.embedded.files import Files, reported
from uxpipeline.embedded.locks import FileLock
from uxpipeline.embedded.waiting import wait_until
from uxpipeline.errors import EmbeddedServerError

TURN_SECONDS = 150  # a start that recovers from a crash takes longest
GUARD_SECONDS = 60


class Lifetime:
    """Leases and guard of one server folder; all methods but `turn` are called inside it."""

    def __init__(self, files: Files, cluster: Cluster) -> None:
        self._files = files
        self._cluster = cluster

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other process starts or stops the server, and keep them waiting inside the block."""
        with reported(self._files.folder):
            lock = FileLock(self._files.server_lock)
            try:
                if not wait_until(lock.try_exclusive, TURN_SECONDS):
                    raise EmbeddedServerError(
                        f"Another process has been starting or stopping the embedded server for {TURN_SECONDS} s",
                        f"End the process that holds `{self._files.server_lock}` and try again",
                    )
                yield
            finally:
                lock.close()

    def join(self) -> FileLock:
        """Return a lease on a running server."""
        lease = self._lease()
        try:
            self.bring_up()
        except BaseException:
            self.leave(lease)
            raise
        return lease

    def bring_up(self) -> None:
        """Have a guard, unless the server is kept, and a server."""
        if not self._files.keep.exists():
            self._post_guard()
        self._cluster.ensure_running()

    def leave(self, lease: FileLock) -> None:
        """Give up `lease`; if it was the last, stop the server unless it is kept, and wait for the guard's end."""
        try:
            last = lease.try_exclusive()
            if last and not self._files.keep.exists():
                self._cluster.stop()
            used = not last and lease.try_shared()  # refused both ways: the guard has it and stops the server
        finally:
            lease.close()
        if not used:
            self._see_guard_off()

    def _lease(self) -> FileLock:
        lease = FileLock(self._files.users_lock)
        if not wait_until(lease.try_shared, GUARD_SECONDS):
            lease.close()
            raise EmbeddedServerError("The embedded server is still being stopped", "Try again in a minute")
        return lease

    def _post_guard(self) -> None:
        lock = FileLock(self._files.guard_lock)
        try:
            if lock.try_exclusive():
                _start_guard(self._files.folder, self._cluster.data, lock)
        finally:
            lock.close()

    def _see_guard_off(self) -> None:
        lock = FileLock(self._files.guard_lock)
        try:
            if not wait_until(lock.try_exclusive, GUARD_SECONDS):
                raise EmbeddedServerError(
                    "The guard of the embedded server does not end", f"Read `{self._cluster.log}`"
                )
        finally:
            lock.close()


def _start_guard(folder: Path, data: Path, lock: FileLock) -> None:
    """Start a guard that inherits `lock`, in a session of its own so that Ctrl-C in the terminal spares it."""
    finished = subprocess.run(
        # -S: the guard needs no installed package and starts faster without looking for them.
        [sys.executable, "-S", "-P", "-m", "uxpipeline.embedded.guard", folder, data],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=clean_environment() | {"PYTHONPATH": str(Path(uxpipeline.__file__).parents[1])},
        pass_fds=[lock.fileno()],
        start_new_session=True,
        check=False,
    )
    if finished.returncode != 0:
        raise EmbeddedServerError("The guard of the embedded server did not start", "Check the Python installation")
