import os
import socket
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from uxpipeline.embedded.server import Status
from uxpipeline.errors import EmbeddedServerError
from uxpipeline_tests.embedded.helpers import processes, server_of

BINARIES = ["", *(str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin")))]


@pytest.mark.parametrize("pg_bin", BINARIES)
def test_first_use_creates_a_cluster_with_its_settings(new_home: Path, pg_bin: str) -> None:
    with server_of(new_home, UXPIPELINE_PG_BIN=pg_bin).running() as server, psycopg.connect(server.url()) as connection:
        major = server.status().version
        shown = {
            name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            for name in ("TimeZone", "log_timezone", "listen_addresses", "server_encoding", "max_connections", "fsync")
        }
        row = connection.execute("SELECT lower('É'), 'a' > 'B', current_setting('server_version_num')::int / 10000")
        assert row.fetchone() == ("é", True, major)
    assert [value for (value,) in filter(None, shown.values())] == ["UTC", "UTC", "127.0.0.1", "UTF8", "200", "off"]
    if pg_bin:
        assert str(major) in Path(pg_bin).parts


def test_the_application_is_no_superuser_but_owns_its_database(home: Path) -> None:
    with server_of(home).running() as server, psycopg.connect(server.url(), autocommit=True) as connection:
        rights = connection.execute(
            """SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole
               FROM pg_roles WHERE rolname = current_user"""
        ).fetchone()
        assert rights == ("uxpipeline", False, False, True, True)
        connection.execute("CREATE ROLE reader NOLOGIN")
        connection.execute("CREATE TABLE public.mine (id int)")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("ALTER SYSTEM SET work_mem = '8MB'")


def test_a_wrong_password_is_refused(home: Path) -> None:
    with server_of(home).running() as server:
        port = server.status().port
        for role in ("postgres", "uxpipeline"):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(f"postgresql://{role}:guess@127.0.0.1:{port}/uxpipeline")


def test_the_password_is_readable_only_by_us(home: Path) -> None:
    with server_of(home).running():
        status = (home / "postgres" / "password").stat()
        assert (status.st_mode & 0o777, status.st_uid) == (0o600, os.geteuid())


def test_databases_are_created_once_and_dropped_under_their_users(home: Path) -> None:
    with server_of(home).running() as server:
        server.ensure_database("Demo db")
        with psycopg.connect(server.url("Demo db")) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.commit()
            server.ensure_database("Demo db")
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
            connection.commit()
            server.drop_database("Demo db")
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        server.drop_database("Demo db")
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(server.url("Demo db"))


def test_the_port_is_kept_across_restarts(home: Path) -> None:
    ports = set()
    for _ in range(2):
        with server_of(home).running() as server:
            ports.add(server.status().port)
    assert len(ports) == 1


def test_the_port_changes_when_something_else_listens_there(home: Path) -> None:
    with server_of(home).running() as server:
        port = server.status().port
    with socket.create_server(("127.0.0.1", port)), server_of(home).running() as server:
        assert server.status().port not in {None, port}
        psycopg.connect(server.url()).close()


def test_status_tells_a_server_never_started_from_one_that_ran(new_home: Path) -> None:
    server = server_of(new_home)
    data = new_home.resolve() / "postgres" / "data"
    assert server.status() == Status(running=False, pid=None, port=None, version=None, data=data, kept=False)
    with pytest.raises(EmbeddedServerError, match="never started"):
        server.url()
    with server.running():
        status = server.status()
        assert (status.running, status.kept) == (True, False)
    assert server.status() == Status(
        running=False, pid=None, port=status.port, version=status.version, data=data, kept=False
    )
    with pytest.raises(EmbeddedServerError, match="does not answer"):
        server.ensure_database("demo")


def test_a_kept_server_stays_until_stop(home: Path) -> None:
    server = server_of(home)
    server.start_kept()
    pid = server.status().pid
    with server.running():
        pass
    assert (server.status().running, server.status().kept, server.status().pid) == (True, True, pid)
    assert [process.pid for process in processes(home)] == [pid]
    server.stop()
    assert (server.status().running, server.status().kept) == (False, False)
    assert not processes(home)


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(own_home: Path) -> None:
    conf = own_home / "postgres" / "data" / "postgresql.conf"
    conf.write_text(conf.read_text() + "shared_buffers = nonsense\n")
    with pytest.raises(EmbeddedServerError, match=r"did not start: .*configuration file .* contains errors") as caught:
        server_of(own_home).acquire()
    assert (own_home / "postgres" / "password").read_text() not in str(caught.value)
    assert not processes(own_home)


def test_a_cluster_of_another_version_is_left_alone(own_home: Path) -> None:
    (own_home / "postgres" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 9"):
        server_of(own_home).acquire()


def test_a_cluster_without_its_password_is_left_alone(own_home: Path) -> None:
    (own_home / "postgres" / "password").unlink()
    with pytest.raises(EmbeddedServerError, match=r"password .* is missing"):
        server_of(own_home).acquire()
    assert (own_home / "postgres" / "data" / "PG_VERSION").exists()
