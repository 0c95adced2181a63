"""Every connection that fails says in one line what to do, and never the password."""

import socket
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from uxpipeline.db.connect import Connection, connect, transaction
from uxpipeline.errors import (
    AccessError,
    ServerTooOldError,
    ServerUnreachableError,
    TransientError,
    UxPipelineError,
)
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.db.wire import refusal, replying, welcome

SECRET = "s3cr3t-word"


@pytest.fixture
def database(shared_database: str) -> str:
    return shared_database


def refused(url: str) -> UxPipelineError:
    """The error of a connection attempt, fit for one line of output."""
    with pytest.raises(UxPipelineError) as caught, connect(url):
        pass
    text = str(caught.value)
    assert SECRET not in text
    assert "\n" not in text
    assert caught.value.remedy
    return caught.value


def turned_away(code: str, message: str, database: str = "shop") -> UxPipelineError:
    with replying(refusal(code, message)) as port:
        return refused(f"postgresql://somebody:{SECRET}@127.0.0.1:{port}/{database}")


def test_a_port_where_nothing_listens() -> None:
    error = refused(f"postgresql://somebody:{SECRET}@127.0.0.1:1/shop")
    assert isinstance(error, ServerUnreachableError)
    assert "127.0.0.1:1" in error.problem


@pytest.mark.parametrize("host", ["nowhere.invalid", "role.invalid", "password.invalid"])
def test_a_host_that_does_not_exist_whatever_its_name(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = refused(f"postgresql://somebody:{SECRET}@{host}/shop")
    assert isinstance(error, ServerUnreachableError)
    assert host in error.problem


def test_an_unquoted_at_sign_in_a_password_does_not_give_it_away() -> None:
    error = refused(f"postgresql://somebody:first@{SECRET}@127.0.0.1:1/shop")
    assert isinstance(error, ServerUnreachableError)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("28P01", 'password authentication failed for user "somebody"'),
        ("28000", 'role "somebody" does not exist'),
        ("28000", 'role "somebody" is not permitted to log in'),
        ("28000", 'no pg_hba.conf entry for host "10.0.0.1", user "somebody", database "shop", no encryption'),
        ("XX000", "Tenant or user not found"),
        ("42501", 'permission denied for database "shop"'),
    ],
)
def test_a_login_the_server_refuses(code: str, message: str) -> None:
    error = turned_away(code, message)
    assert isinstance(error, AccessError)
    assert "refuses user `somebody`" in error.problem


@pytest.mark.parametrize("database", ["shop", "roles", "password_vault"])
def test_a_database_that_does_not_exist_whatever_its_name(server_url: str, database: str) -> None:
    error = refused(urlunsplit(urlsplit(server_url)._replace(path=f"/{database}")))
    assert isinstance(error, AccessError)
    assert f"There is no database `{database}`" in error.problem


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("57P03", "the database system is starting up"),
        ("53300", "sorry, too many clients already"),
        ("53300", 'too many connections for role "somebody"'),
    ],
)
def test_a_server_that_lets_nobody_in_at_the_moment(code: str, message: str) -> None:
    error = turned_away(code, message)
    assert isinstance(error, ServerUnreachableError)
    assert f"lets nobody in: {message}" in error.problem


def test_a_server_without_the_encryption_the_url_asks_for() -> None:
    with replying(b"") as port:
        error = refused(f"postgresql://somebody:{SECRET}@127.0.0.1:{port}/shop?sslmode=require")
    assert "SSL" in error.problem


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://somebody:{SECRET}@127.0.0.1/shop",
        f"not a url {SECRET}",
        f"postgresql://somebody:{SECRET}%zz@127.0.0.1/shop",
        f"postgresql://somebody:{SECRET}@127.0.0.1/shop?colour=red",
        f"postgresql://somebody:{SECRET}@{'a' * 64}.invalid/shop",
    ],
)
def test_what_is_no_url(url: str) -> None:
    error = refused(url)
    assert isinstance(error, AccessError)
    assert "postgresql://USER:PASSWORD@HOST:PORT/DATABASE" in error.remedy


def test_a_server_older_than_we_support() -> None:
    with replying(welcome("14.12")) as port:
        error = refused(f"postgresql://somebody:{SECRET}@127.0.0.1:{port}/shop")
    assert isinstance(error, ServerTooOldError)
    assert "PostgreSQL 14" in error.problem


def test_a_connection_lost_at_work_may_be_tried_again(database: str) -> None:
    with (
        pytest.raises(ServerUnreachableError, match="connection to PostgreSQL was lost"),
        connect(database) as connection,
    ):
        connection.execute("select pg_terminate_backend(pg_backend_pid())")


def test_a_connection_already_lost_may_be_tried_again(database: str) -> None:
    def work() -> None:
        with connect(database) as connection:
            connection.close()
            connection.execute("select 1")

    with pytest.raises(ServerUnreachableError, match="connection to PostgreSQL was lost"):
        work()


def test_a_lock_held_too_long_may_be_tried_again(connection: Connection, database: str) -> None:
    def read() -> None:
        with connect(database) as second:
            second.execute("set lock_timeout = '50ms'")
            second.execute("select from public.a_b_tests")

    with connection.transaction():
        connection.execute("lock table public.a_b_tests")
        with pytest.raises(TransientError, match="55P03"):
            read()


def test_an_error_of_the_statement_stays_what_it_is(database: str) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), connect(database) as connection:
        connection.execute("select 1 / 0")


def test_transactions_think_in_utc(connection: Connection) -> None:
    connection.execute("set timezone = 'America/New_York'")
    with transaction(connection):
        assert value(connection, "select current_setting('timezone')") == "UTC"


def test_transactions_wait_for_locks_only_briefly(connection: Connection) -> None:
    with transaction(connection):
        assert value(connection, "select current_setting('lock_timeout')") == "5s"


def test_transactions_end_statements_that_take_too_long(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.QueryCanceled), transaction(connection, statement_timeout="50ms"):
        connection.execute("select pg_sleep(10)")


def test_settings_of_a_transaction_end_with_it(connection: Connection) -> None:
    names = ["timezone", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
    settings = "select name, setting from pg_settings where lower(name) = any (%s) order by name"
    connection.execute("set timezone = 'America/New_York'")
    before = rows(connection, settings, names)
    with transaction(connection, statement_timeout="1min"):
        assert rows(connection, settings, names) != before
    assert rows(connection, settings, names) == before


def test_a_transaction_that_fails_leaves_nothing(connection: Connection) -> None:
    def create_and_fail() -> None:
        with transaction(connection):
            connection.execute("create table public.half ()")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        create_and_fail()
    assert value(connection, "select to_regclass('public.half')") is None


def test_statements_are_not_prepared_on_the_server(connection: Connection) -> None:
    for _ in range(10):
        rows(connection, "select %s::integer", 1)
    assert rows(connection, "select name from pg_prepared_statements") == []
