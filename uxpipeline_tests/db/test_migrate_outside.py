"""Files without a transaction: CREATE INDEX CONCURRENTLY, failing, killed, and by two runners at once."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import applied, migrate
from uxpipeline.errors import MigrationError
from uxpipeline_tests.db.processes import MIGRATE, kill_after_lines, started
from uxpipeline_tests.db.project import Project
from uxpipeline_tests.db.queries import eventually_alone, eventually_waits_for_lock, exists, rows, value

INDEX = "-- no-transaction\ncreate {} index concurrently if not exists idx_first on public.first_one (id);\n"
STATE = "select indisvalid from pg_index where indexrelid = 'public.idx_first'::regclass"
# What a server does sooner or later with the statement of a client that is gone.
BUILDERS = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name = 'uxpipeline'
"""
FILE = "migrations/0003_index"


@pytest.fixture
def project(project: Project) -> Project:
    project.write(FILE, INDEX.format(""))
    return project


def run(url: str) -> list[str]:
    with connect(url) as connection:
        return [migration.version for migration in migrate(connection)]


@pytest.mark.usefixtures("project")
def test_an_index_is_made_without_a_transaction_and_recorded(empty: Connection) -> None:
    assert [migration.version for migration in migrate(empty)] == ["0001", "0002", "0003", "R:views/numbers"]
    assert value(empty, STATE) is True
    assert list(migrate(empty)) == []


def test_what_fails_is_no_success_and_its_invalid_index_goes_at_the_next_attempt(
    empty: Connection, project: Project
) -> None:
    project.write("migrations/0002_second", "insert into public.first_one values (1), (1);")
    project.write(FILE, INDEX.format("unique"))
    with pytest.raises(MigrationError, match=r"`sql/migrations/0003_index\.sql` failed: .*\(23505\)"):
        list(migrate(empty))
    assert (value(empty, STATE), "0003" in applied(empty)) == (False, False)

    empty.execute("delete from public.first_one")
    list(migrate(empty))
    assert (value(empty, STATE), "0003" in applied(empty)) == (True, True)


def test_invalid_indexes_that_the_file_does_not_name_are_left_alone(empty: Connection, project: Project) -> None:
    project.write("migrations/0002_second", "insert into public.first_one values (1), (1);")
    assert [next(progress).version for progress in [migrate(empty)] for _ in range(2)] == ["0001", "0002"]
    with pytest.raises(psycopg.errors.UniqueViolation):
        empty.execute("create unique index concurrently idx_first_other on public.first_one (id)")
    list(migrate(empty))
    assert exists(empty, "public.idx_first_other")


@pytest.mark.usefixtures("project")
def test_an_index_made_but_not_recorded_is_recorded(empty: Connection) -> None:
    list(migrate(empty))
    empty.execute("delete from uxpipeline.schema_migrations where version = '0003'")
    before = value(empty, "select 'public.idx_first'::regclass::oid")
    assert [migration.version for migration in migrate(empty)] == ["0003"]
    assert value(empty, "select 'public.idx_first'::regclass::oid") == before


@pytest.mark.direct
def test_a_runner_killed_while_it_builds_leaves_work_for_the_next(
    empty: Connection, empty_database: str, project: Project
) -> None:
    assert [next(progress).version for progress in [migrate(empty)] for _ in range(2)] == ["0001", "0002"]
    with psycopg.connect(empty_database) as writer, started(MIGRATE, empty_database, str(project.folder)) as process:
        writer.execute("insert into public.first_one values (1)")
        assert eventually_waits_for_lock(empty)
        kill_after_lines(process, 0)
        empty.execute(BUILDERS)
    assert eventually_alone(empty)
    assert (value(empty, STATE), "0003" in applied(empty)) == (False, False)
    list(migrate(empty))
    assert (value(empty, STATE), "0003" in applied(empty)) == (True, True)


@pytest.mark.usefixtures("project")
def test_of_two_runners_one_builds_and_none_waits_for_the_other(empty: Connection, empty_database: str) -> None:
    assert [next(progress).version for progress in [migrate(empty)] for _ in range(2)] == ["0001", "0002"]
    with psycopg.connect(empty_database) as writer, ThreadPoolExecutor() as pool:
        writer.execute("insert into public.first_one values (1)")
        first = pool.submit(run, empty_database)
        assert eventually_waits_for_lock(empty)
        second = pool.submit(run, empty_database)
        writer.commit()
        done = first.result(timeout=30) + second.result(timeout=30)
    assert sorted(done) == ["0003", "R:views/numbers"]
    assert rows(empty, STATE) == [(True,)]
