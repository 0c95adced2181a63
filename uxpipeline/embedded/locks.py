"""Kernel locks on files: whoever dies, in whatever way, holds nothing any more."""

import os
import sys
import weakref
from pathlib import Path

if sys.platform != "win32":
    import fcntl


class FileLock:
    """A shared or exclusive `flock` that belongs to this process alone.

    No child keeps it alive: exec closes the descriptor, and so does a plain fork (`_forget`).
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        _open_locks.add(self)

    @property
    def closed(self) -> bool:
        """Whether the lock was closed, by us or because this process is a fork of its holder."""
        return self._descriptor < 0

    def fileno(self) -> int:
        """Return the descriptor, to hand the lock over to a child on purpose."""
        return self._descriptor

    def exclusive(self) -> None:
        """Wait for the exclusive lock, without limit."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def try_exclusive(self) -> bool:
        """Take the exclusive lock if it is free; a lock held before is lost either way."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take a shared lock if nobody has the exclusive one; a lock held before is lost either way."""
        return self._try(fcntl.LOCK_SH)

    def close(self) -> None:
        """Give the lock up; harmless when repeated."""
        if not self.closed:
            os.close(self._descriptor)
            self._descriptor = -1

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


_open_locks: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _forget() -> None:
    for lock in _open_locks:
        lock.close()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forget)
