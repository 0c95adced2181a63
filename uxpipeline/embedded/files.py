"""The small files beside a cluster, by which processes agree on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uxpipeline.errors import EmbeddedServerError


class Files:
    """Paths in the server's folder.

    Attributes:
        folder: `postgres` in the home folder.
        password: password of both roles, readable only by us.
        port: port of the last start; kept so that clients survive a restart.
        server_lock: held exclusively around every initialisation, start and stop.
        users_lock: held shared by every process that uses the server, exclusively by a guard that stops it.
        guard_lock: held by the guard from its first to its last moment.
        keep: present while the server shall outlive its users.
        starting: present while a start is under way, or after the starter was killed in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.password = folder / "password"
        self.port = folder / "port"
        self.server_lock = folder / "server.lock"
        self.users_lock = folder / "users.lock"
        self.guard_lock = folder / "guard.lock"
        self.keep = folder / "keep"
        self.starting = folder / "starting"

    def read_port(self) -> int:
        """Return the port of the last start.

        Raises:
            EmbeddedServerError: there was none.
        """
        return int(_read(self.port))

    def read_password(self) -> str:
        """Return the password.

        Raises:
            EmbeddedServerError: the server was never started.
        """
        return _read(self.password)


@contextmanager
def reported(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses inside the block into an error about `folder`."""
    try:
        yield
    except OSError as error:
        raise EmbeddedServerError(
            f"The embedded server cannot work in `{folder}`: {error}",
            "Set `UXPIPELINE_HOME` to a folder on a local disk that this account may write and has created",
        ) from error


def write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        raise EmbeddedServerError("The embedded server was never started", "Run `uxpipeline db start`") from None
