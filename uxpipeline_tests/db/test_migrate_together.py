"""Migrations beside other transactions, other runners, and in a process that dies."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import psycopg
import pytest

from uxpipeline.db import migrate as runner
from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import applied, migrate, shipped
from uxpipeline.errors import MigrationError, ServerUnreachableError
from uxpipeline_tests.db.processes import MIGRATE, kill_after_lines, started
from uxpipeline_tests.db.project import FIRST, Project
from uxpipeline_tests.db.queries import eventually_alone, eventually_waits_for_lock, exists, rows

GATED = "create table public.before_gate (id integer);\nlock table public.gate;\ncreate table public.after_gate ();"


def run(url: str) -> list[str]:
    with connect(url) as connection:
        return [migration.version for migration in migrate(connection)]


def test_of_two_runners_at_once_each_file_is_applied_by_one(empty_database: str) -> None:
    together = threading.Barrier(2)

    def start() -> list[str]:
        together.wait()
        return run(empty_database)

    with ThreadPoolExecutor() as pool:
        one, two = [pool.submit(start) for _ in range(2)]
        done = one.result() + two.result()
    assert sorted(done) == sorted(migration.version for migration in shipped())


def test_a_file_that_another_runner_applied_meanwhile_is_not_applied_again(
    empty: Connection, empty_database: str, project: Project
) -> None:
    project.write("migrations/0002_second", "create table if not exists public.gate ();" + GATED)
    with connect(empty_database) as blocker, ThreadPoolExecutor() as pool:
        blocker.execute("create table public.gate ()")
        with blocker.transaction():
            blocker.execute("lock table public.gate")
            first = pool.submit(run, empty_database)
            assert eventually_waits_for_lock(empty)
            second = pool.submit(run, empty_database)
        done = first.result() + second.result()
    assert sorted(done) == ["0001", "0002", "R:views/numbers"]


def test_a_file_whose_lock_is_taken_is_tried_again(
    empty: Connection, other: Connection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("migrations/0001_first", FIRST)
    assert next(migrate(empty)).version == "0001"
    project.write("migrations/0002_second", "alter table public.first_one add column name text;")
    other.execute("begin; select from public.first_one")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        other.execute("rollback")

    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=time.monotonic, sleep=pause))
    assert next(migrate(empty)).version == "0002"
    assert len(pauses) == 1


@pytest.mark.usefixtures("project")
def test_a_file_that_never_gets_its_lock_fails_by_name_and_leaves_nothing(
    empty: Connection, other: Connection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next(migrate(empty)).version == "0001"
    project.write("migrations/0002_second", "create table public.half (); alter table public.first_one add n integer;")
    monkeypatch.setattr(runner, "LOCK_ATTEMPTS", 1)
    with other.transaction():
        other.execute("select from public.first_one")
        with pytest.raises(
            MigrationError, match=r"`sql/migrations/0002_second\.sql` could not get its locks \(55P03\)"
        ):
            next(migrate(empty))
    assert not exists(empty, "public.half")


def test_a_file_waits_one_second_for_its_lock_however_patient_the_server(empty: Connection, project: Project) -> None:
    project.write("migrations/0002_second", "create table public.patience as select current_setting('lock_timeout');")
    list(migrate(empty))
    assert rows(empty, "select * from public.patience") == [("1s",)]


@pytest.mark.usefixtures("project")
def test_a_lost_connection_is_no_fault_of_the_file(empty: Connection, empty_database: str, project: Project) -> None:
    project.write("migrations/0001_first", "select pg_terminate_backend(pg_backend_pid());")
    with pytest.raises(ServerUnreachableError), connect(empty_database) as connection:
        list(migrate(connection))
    assert applied(empty) == {}


@pytest.mark.direct
def test_a_runner_killed_inside_a_file_leaves_the_state_before_it(
    empty: Connection, empty_database: str, project: Project
) -> None:
    project.write("migrations/0002_second", GATED)
    with psycopg.connect(empty_database) as blocker:
        blocker.execute("create table public.gate ()")
        blocker.commit()
        blocker.execute("lock table public.gate")
        with started(MIGRATE, empty_database, str(project.folder)) as process:
            assert eventually_waits_for_lock(empty)
            kill_after_lines(process, 1)
    assert eventually_alone(empty)
    assert sorted(applied(empty)) == ["0001"]
    assert (exists(empty, "public.first_two"), exists(empty, "public.before_gate")) == (True, False)
    assert [migration.version for migration in migrate(empty)] == ["0002", "R:views/numbers"]
    assert exists(empty, "public.after_gate")


@pytest.mark.parametrize("lines", [1, 20])
def test_a_runner_killed_between_files_leaves_the_first_of_them(
    empty: Connection, empty_database: str, lines: int
) -> None:
    with started(MIGRATE, empty_database) as process:
        kill_after_lines(process, lines)
    assert eventually_alone(empty)
    order = [migration.version for migration in shipped()]
    kept = sorted(applied(empty), key=order.index)
    assert len(kept) >= lines
    assert kept == order[: len(kept)]
    assert [migration.version for migration in migrate(empty)] == order[len(kept) :]
