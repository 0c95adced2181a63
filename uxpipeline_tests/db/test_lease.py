from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress

import psycopg
import pytest

from uxpipeline.db import lease as leases
from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.lease import lease
from uxpipeline.embedded.waiting import wait_until
from uxpipeline.errors import LeaseHeldError, TransientError
from uxpipeline_tests.db.queries import PATIENCE, column, value

HOLDERS = "select name from uxpipeline.leases order by name"
EXPIRY = "select expires_at from uxpipeline.leases where name = 'pipeline'"


@pytest.fixture
def database(shared_database: str) -> Iterator[str]:
    yield shared_database
    with connect(shared_database) as connection:
        connection.execute("delete from uxpipeline.leases")


@pytest.fixture
def second(database: str) -> Iterator[Connection]:
    """Another process's connection."""
    with connect(database) as opened:
        yield opened


def test_a_held_lease_is_refused_to_others(connection: Connection, second: Connection, database: str) -> None:
    def take() -> None:
        with lease(second, database, wait_seconds=0):
            pass

    with lease(connection, database), pytest.raises(LeaseHeldError, match="still working") as refusal:
        take()
    assert isinstance(refusal.value, TransientError)


def test_a_refused_lease_stays_with_its_holder(connection: Connection, second: Connection, database: str) -> None:
    with lease(connection, database):
        with suppress(LeaseHeldError), lease(second, database, wait_seconds=0):
            pass
        assert column(connection, HOLDERS) == ["pipeline"]


def test_leases_of_other_names_do_not_exclude_each_other(
    connection: Connection, second: Connection, database: str
) -> None:
    with lease(connection, database), lease(second, database, name="report", wait_seconds=0):
        assert column(connection, HOLDERS) == ["pipeline", "report"]


def test_a_lease_ends_with_its_block(connection: Connection, database: str) -> None:
    with lease(connection, database):
        pass
    assert column(connection, HOLDERS) == []


def test_a_lease_ends_when_its_block_fails(connection: Connection, database: str) -> None:
    with pytest.raises(ZeroDivisionError), lease(connection, database):
        raise ZeroDivisionError
    assert column(connection, HOLDERS) == []


def test_a_lease_ends_when_its_connection_is_lost(connection: Connection, database: str) -> None:
    with pytest.raises(TransientError), connect(database) as lost, lease(lost, database):
        lost.execute("select pg_terminate_backend(pg_backend_pid())")
    assert column(connection, HOLDERS) == []


def test_the_error_of_the_block_is_not_hidden_by_a_lost_connection(connection: Connection, database: str) -> None:
    def lose_connection_and_fail() -> None:
        with connect(database) as lost, lease(lost, database):
            connection.execute("select pg_terminate_backend(%s, 5000)", [lost.info.backend_pid])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lose_connection_and_fail()


def test_whoever_waits_gets_the_lease_once_it_is_free(
    connection: Connection, second: Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_POLL_SECONDS", 0.02)

    def take() -> list[str]:
        with lease(second, database, wait_seconds=PATIENCE):
            return column(second, HOLDERS)

    with ThreadPoolExecutor() as pool:
        with lease(connection, database):
            taken = pool.submit(take)
            assert not wait_until(taken.done, 0.2)
        assert taken.result() == ["pipeline"]


def test_a_lease_whose_holder_died_can_be_taken_once_it_expires(connection: Connection, database: str) -> None:
    died = "insert into uxpipeline.leases (name, holder, expires_at) values ('pipeline', 'dead', %s::timestamptz)"
    connection.execute(died, ["2020-01-01 00:00:00+00"])
    with lease(connection, database, wait_seconds=0):
        assert value(connection, "select holder from uxpipeline.leases") != "dead"


def test_a_lease_whose_holder_died_is_kept_until_it_expires(connection: Connection, database: str) -> None:
    died = (
        "insert into uxpipeline.leases (name, holder, expires_at) values ('pipeline', 'dead', now() + interval '1 min')"
    )
    connection.execute(died)
    with pytest.raises(LeaseHeldError), lease(connection, database, wait_seconds=0):
        pass


def test_a_lease_is_renewed_while_its_block_lasts(
    connection: Connection, second: Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 1)
    with lease(connection, database):
        first_expiry = value(second, EXPIRY)
        assert wait_until(lambda: value(second, EXPIRY) > first_expiry, PATIENCE)


def test_a_holder_extends_its_lease_before_it_ends(connection: Connection) -> None:
    assert [leases._try(connection, "pipeline", holder) for holder in ("me", "me", "you")] == [True, True, False]


def test_a_renewal_that_fails_is_made_up_for_by_the_next(
    connection: Connection, second: Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 1)
    failures = iter([psycopg.OperationalError("restarting")])

    def connect_later(url: str) -> AbstractContextManager[Connection]:
        for failure in failures:
            raise failure
        return connect(url)

    monkeypatch.setattr(leases, "connect", connect_later)
    with lease(connection, database):
        first_expiry = value(second, EXPIRY)
        assert wait_until(lambda: value(second, EXPIRY) > first_expiry, PATIENCE)


def test_a_renewal_does_not_take_back_a_lease_that_was_lost(
    connection: Connection, second: Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.3)
    with lease(connection, database):
        second.execute("update uxpipeline.leases set holder = 'another', expires_at = now() + interval '1 hour'")
        assert not wait_until(lambda: value(second, "select holder from uxpipeline.leases") != "another", 0.5)
    assert value(second, "select holder from uxpipeline.leases") == "another"
