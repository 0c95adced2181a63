"""The embedded PostgreSQL server: started by whoever needs it first, gone soon after its last user."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from uxpipeline.embedded import databases, postmaster
from uxpipeline.embedded.account import make_enterable
from uxpipeline.embedded.cluster import Cluster
from uxpipeline.embedded.files import Files, reported
from uxpipeline.embedded.lifetime import Lifetime
from uxpipeline.embedded.locks import FileLock
from uxpipeline.errors import EmbeddedServerError
from uxpipeline.settings import Settings


@dataclass(frozen=True)
class Status:
    """What is known about the server at this moment.

    Attributes:
        running: whether it lets us in.
        pid: its process id, also while it starts or stops.
        port: TCP port of this or the last start.
        version: major PostgreSQL version of the cluster.
        data: the cluster's folder.
        kept: whether it outlives its users.
    """

    running: bool
    pid: int | None
    port: int | None
    version: int | None
    data: Path
    kept: bool


class EmbeddedServer:
    """The PostgreSQL server of one home folder; all processes and objects with that home share it."""

    def __init__(self, settings: Settings, *, fast: bool = False) -> None:
        """Find the server's place without starting it.

        Args:
            settings: tell home folder, server programs and operating system account.
            fast: trade safety against power loss for speed where a cluster is created; for tests.

        Raises:
            EmbeddedServerError: this platform or the home folder cannot carry a server.
            ConfigurationError: the operating system account cannot be used.
        """
        if sys.platform == "win32":
            raise EmbeddedServerError(
                "The embedded PostgreSQL needs Linux or macOS", "Set `UXPIPELINE_DATABASE_URL` to a server of your own"
            )
        with reported(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
            self._files = Files(settings.home.resolve() / "postgres")
            make_enterable(self._files.folder)
            self._cluster = Cluster(self._files, settings, fast=fast)
        self._lifetime = Lifetime(self._files, self._cluster)
        self._leases: list[FileLock] = []

    @contextmanager
    def running(self) -> Iterator["EmbeddedServer"]:
        """Have the server running inside the block; the last user waits until no process of it is left."""
        self.acquire()
        try:
            yield self
        finally:
            self.release()

    def acquire(self) -> None:
        """Become a user of the server, which is started if needed; each call needs its own `release`.

        Raises:
            EmbeddedServerError: the server does not start.
            ConfigurationError: the server programs cannot be used.
        """
        with self._lifetime.turn():
            self._leases.append(self._lifetime.join())

    def release(self) -> None:
        """Stop being a user; the last one stops the server, unless it is kept, and waits for its end.

        Does nothing without a lease and in forks of the process that acquired it.
        """
        if not self._leases:
            return
        lease = self._leases.pop()
        if lease.closed:
            return
        try:
            with self._lifetime.turn():
                self._lifetime.leave(lease)
        finally:
            lease.close()

    def ensure_alive(self) -> None:
        """As a user, restart the server if it crashed, on the same port."""
        if not self._cluster.is_alive():
            with self._lifetime.turn():
                self._lifetime.bring_up()

    def start_kept(self) -> None:
        """Have the server running until `stop`, whether or not somebody uses it."""
        with self.running():
            self._files.keep.touch()

    def stop(self) -> None:
        """Stop the server now, even under its users, and no longer keep it."""
        with self._lifetime.turn():
            self._files.keep.unlink(missing_ok=True)
            self._cluster.stop()
            self._lifetime.leave(FileLock(self._files.users_lock))

    def status(self) -> Status:
        """Look at the server without changing anything."""
        return Status(
            running=self._cluster.is_alive(),
            pid=postmaster.find(self._cluster.data),
            port=self._files.read_port() if self._files.port.exists() else None,
            version=self._cluster.version,
            data=self._cluster.data,
            kept=self._files.keep.exists(),
        )

    def url(self, database: str = databases.DEFAULT_DATABASE) -> str:
        """Return the libpq URL of `database` for the application's role; it contains the password.

        Raises:
            EmbeddedServerError: the server was never started.
        """
        login = f"{databases.ROLE}:{self._files.read_password()}"
        return f"postgresql://{login}@127.0.0.1:{self._files.read_port()}/{quote(database, safe='')}"

    def ensure_database(self, name: str) -> None:
        """Create database `name`, owned by the application's role, unless it exists.

        Raises:
            EmbeddedServerError: the server does not run.
        """
        with self._cluster.connect(databases.ROLE) as connection:
            databases.create_database(connection, name)

    def drop_database(self, name: str) -> None:
        """Drop database `name`, if it exists, ending the sessions in it.

        Raises:
            EmbeddedServerError: the server does not run.
        """
        with self._cluster.connect(databases.ROLE) as connection:
            databases.drop_database(connection, name)
