"""One cluster and its server process. Callers hold `server.lock` around everything that changes it."""

import secrets
from functools import cached_property
from typing import Any

import psycopg

from uxpipeline.embedded import postmaster
from uxpipeline.embedded.account import locate, make_enterable
from uxpipeline.embedded.binaries import find_binaries
from uxpipeline.embedded.databases import provision
from uxpipeline.embedded.files import Files, write_private
from uxpipeline.embedded.initdb import create_cluster
from uxpipeline.embedded.ports import choose_port
from uxpipeline.embedded.programs import Programs
from uxpipeline.embedded.waiting import wait_until
from uxpipeline.errors import EmbeddedServerError
from uxpipeline.settings import Settings

START_SECONDS = 60
PASSING_COMPLAINTS = (
    "is still in use",  # processes of a killed server that have not noticed yet
    "could not create any TCP/IP sockets",  # somebody took the port after we looked
)


class Cluster:
    """The PostgreSQL cluster of one server folder.

    Attributes:
        data: its data folder.
        log: what initdb, pg_ctl and the server said since the last start.
    """

    def __init__(self, files: Files, settings: Settings, *, fast: bool) -> None:
        self._files = files
        self._pg_bin = settings.pg_bin
        self._fast = fast
        self._account, folder = locate(files.folder, settings.pg_os_user)
        self.data = folder / "data"
        self.log = folder / "server.log"

    @property
    def version(self) -> int | None:
        """Major version of the cluster, or None before it exists."""
        path = self.data / "PG_VERSION"
        return int(path.read_text()) if path.exists() else None

    def is_alive(self) -> bool:
        """Say whether the server process exists and lets us in."""
        if postmaster.find(self.data) is None:
            return False
        try:
            self._open("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_running(self) -> None:
        """Start the server unless it is alive, creating whatever is missing."""
        if not (self.is_alive() or self._recovers()):
            self._start()
        with self.connect("postgres") as superuser:
            provision(superuser, self._files.read_password())

    def stop(self) -> None:
        """Stop the server if it runs."""
        if not postmaster.stop(self.data):
            raise EmbeddedServerError(f"The server of `{self.data}` does not stop", f"Read `{self.log}`")

    def connect(self, user: str) -> psycopg.Connection[Any]:
        """Connect to the maintenance database, in autocommit mode.

        Raises:
            EmbeddedServerError: the server does not answer.
        """
        try:
            return self._open(user)
        except psycopg.OperationalError as error:
            raise EmbeddedServerError("The embedded server does not answer", "Run `uxpipeline db start`") from error

    def _open(self, user: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self._files.read_port(),
            user=user,
            password=self._files.read_password(),
            dbname="postgres",
            connect_timeout=5,
            sslmode="disable",
            autocommit=True,
        )

    @cached_property
    def _programs(self) -> Programs:
        return Programs(find_binaries(self._pg_bin, self._account), self._account, self.log)

    def _recovers(self) -> bool:
        """Give a server that exists but lets nobody in the time to finish its start, recovery or end."""
        wait_until(lambda: self.is_alive() or postmaster.find(self.data) is None, START_SECONDS)
        return self.is_alive()

    def _start(self) -> None:
        self.stop()
        make_enterable(self.data.parent)
        self._programs.begin_log()
        if self.version is None:
            self._create()
        self._check_fit()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._launch()
        if not self.is_alive():
            raise self._failure("start")

    def _create(self) -> None:
        write_private(self._files.password, secrets.token_urlsafe(24))
        if not create_cluster(self._programs, self.data, self._files.read_password(), fast=self._fast):
            raise self._failure("create its cluster")

    def _check_fit(self) -> None:
        if self.version != self._programs.major:
            raise EmbeddedServerError(
                f"`{self.data}` was made by PostgreSQL {self.version}, the programs are {self._programs.major}",
                "Set `UXPIPELINE_PG_BIN` to programs of its version, or move the folder away to begin a new one",
            )
        if not self._files.password.exists():
            raise EmbeddedServerError(
                f"`{self._files.password}`, the password of the cluster `{self.data}`, is missing",
                "Put it back, or move the folder away to begin a new one",
            )

    def _launch(self) -> None:
        self._files.starting.touch()
        try:
            wait_until(self._launch_ended, START_SECONDS)
        except BaseException:
            # An interrupted pg_ctl may leave a server behind that does not show yet and is to be stopped.
            wait_until(lambda: postmaster.find(self.data) is not None, 1)
            raise
        finally:
            self._files.starting.unlink()

    def _launch_ended(self) -> bool:
        """Try to start the server once; False means that trying again may help."""
        port = choose_port(self._files.read_port() if self._files.port.exists() else None)
        write_private(self._files.port, str(port))
        options = f"-h 127.0.0.1 -p {port} -k ''"
        started = self._programs.run(
            "pg_ctl", "-D", self.data, "-w", "-t", str(START_SECONDS), "-l", self.log, "-o", options, "start"
        )
        return started or not self._programs.complaint().endswith(PASSING_COMPLAINTS)

    def _failure(self, deed: str) -> EmbeddedServerError:
        return EmbeddedServerError(f"PostgreSQL did not {deed}: {self._programs.complaint()}", f"Read `{self.log}`")
