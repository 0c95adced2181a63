import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import applied, migrate, pending, require_current, shipped
from uxpipeline.errors import MigrationError, PendingMigrationsError
from uxpipeline_tests.db.project import FIRST, SECOND, VIEW, Project
from uxpipeline_tests.db.queries import column, exists, rows, value

VERSIONS = ["0001", "0002", "R:views/numbers"]
GRANTS = """
    select relname, relacl::text from pg_class
    where relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
    union all
    select proname, proacl::text from pg_proc
    where pronamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
    order by 1
"""


def versions(connection: Connection) -> list[str]:
    return sorted(applied(connection))


def run(connection: Connection) -> list[str]:
    return [migration.version for migration in migrate(connection)]


def test_the_test_role_is_an_ordinary_one(empty: Connection) -> None:
    assert value(empty, "select rolsuper from pg_roles where rolname = current_user") is False


def test_an_empty_database_gets_every_shipped_file_in_order(empty: Connection) -> None:
    assert run(empty) == [migration.version for migration in shipped()]
    assert pending(empty) == []


def test_shipped_version_numbers_rise_without_gaps() -> None:
    numbers = [migration.version for migration in shipped() if not migration.repeatable]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_a_second_run_changes_nothing(connection: Connection) -> None:
    ledger = "select xmin::text, * from uxpipeline.schema_migrations order by version"
    before = rows(connection, ledger)
    assert run(connection) == []
    assert rows(connection, ledger) == before


def test_every_shipped_repeatable_file_can_be_applied_again(connection: Connection) -> None:
    before = rows(connection, GRANTS)
    forgotten = column(
        connection, "update uxpipeline.schema_migrations set sha256 = '' where version like 'R:%' returning version"
    )
    assert sorted(run(connection)) == sorted(forgotten)
    assert rows(connection, GRANTS) == before


@pytest.mark.usefixtures("project")
def test_the_ledger_says_what_was_applied_by_whom_and_with_what(empty: Connection) -> None:
    run(empty)
    recorded = rows(
        empty,
        """
        select version, name, sha256 = encode(sha256(%s::bytea), 'hex'), applied_by = current_user,
            applied_at between now() - interval '1 minute' and clock_timestamp(), duration_ms >= 0,
            tool_version <> '', server_version = current_setting('server_version')
        from uxpipeline.schema_migrations where version = '0001'
        """,
        FIRST.encode(),
    )
    assert recorded == [("0001", "migrations/0001_first", *[True] * 6)]


@pytest.mark.usefixtures("project")
def test_looking_at_what_is_pending_changes_nothing(empty: Connection) -> None:
    assert [migration.version for migration in pending(empty)] == VERSIONS
    assert not exists(empty, "uxpipeline.schema_migrations")


@pytest.mark.usefixtures("project")
def test_each_file_is_committed_before_the_next_begins(empty: Connection, other: Connection) -> None:
    progress = migrate(empty)
    assert next(progress).version == "0001"
    assert (exists(other, "public.first_two"), exists(other, "public.second_one")) == (True, False)
    assert versions(other) == ["0001"]


def test_only_what_is_new_is_applied(empty: Connection, project: Project) -> None:
    run(empty)
    project.write("migrations/0003_third", "create table public.third (id integer);")
    assert run(empty) == ["0003"]


def test_an_edited_applied_file_is_refused_by_name(empty: Connection, project: Project) -> None:
    run(empty)
    project.write("migrations/0001_first", FIRST + "-- edited\n")
    project.write("migrations/0003_third", "create table public.third (id integer);")
    with pytest.raises(MigrationError, match=r"`sql/migrations/0001_first\.sql` was edited"):
        run(empty)
    assert not exists(empty, "public.third")


def test_a_missing_applied_file_is_refused_by_number(empty: Connection, project: Project) -> None:
    run(empty)
    project.remove("migrations/0001_first")
    with pytest.raises(MigrationError, match="0001 is applied but its file is missing"):
        run(empty)


def test_a_new_file_that_sorts_before_an_applied_one_is_refused_by_name(empty: Connection, project: Project) -> None:
    project.remove("migrations/0001_first")
    run(empty)
    project.write("migrations/0001_first", FIRST)
    with pytest.raises(MigrationError, match=r"0001_first\.sql` sorts before the applied 0002"):
        run(empty)
    assert not exists(empty, "public.first_one")


def test_two_files_of_one_number_are_refused(empty: Connection, project: Project) -> None:
    project.write("migrations/0002_twin", "create table public.twin (id integer);")
    with pytest.raises(MigrationError, match="0002"):
        run(empty)


def test_a_repeatable_file_is_applied_again_when_its_text_changes(empty: Connection, project: Project) -> None:
    run(empty)
    project.write("repeatable/views/numbers", VIEW.replace("1 as one", "2 as one"))
    assert run(empty) == ["R:views/numbers"]
    assert value(empty, "select one from public.numbers") == 2
    assert run(empty) == []


def test_a_repeatable_file_that_is_gone_is_no_contradiction(empty: Connection, project: Project) -> None:
    run(empty)
    project.remove("repeatable/views/numbers")
    assert run(empty) == []


def test_functions_come_before_the_views_that_call_them(empty: Connection, project: Project) -> None:
    project.write(
        "repeatable/functions/two", "create or replace function public.two() returns int language sql as 'select 2';"
    )
    project.write("repeatable/views/a_caller", "create or replace view public.a_caller as select public.two() as two;")
    run(empty)
    assert value(empty, "select two from public.a_caller") == 2


def test_a_failing_file_leaves_nothing_and_earlier_ones_stay(empty: Connection, project: Project) -> None:
    project.write("migrations/0002_second", SECOND + "select 1 / 0;")
    with pytest.raises(MigrationError, match=r"`sql/migrations/0002_second\.sql` failed: division by zero \(22012\)"):
        run(empty)
    assert (exists(empty, "public.first_one"), exists(empty, "public.second_one")) == (True, False)
    assert versions(empty) == ["0001"]


def test_a_corrected_file_goes_on_where_the_failure_was(empty: Connection, project: Project) -> None:
    project.write("migrations/0002_second", SECOND + "select 1 / 0;")
    with pytest.raises(MigrationError):
        run(empty)
    project.write("migrations/0002_second", SECOND)
    assert run(empty) == VERSIONS[1:]


@pytest.mark.usefixtures("project")
def test_a_schema_that_lacks_files_is_not_worked_on(empty: Connection) -> None:
    with pytest.raises(PendingMigrationsError, match="lacks 3 migrations"):
        require_current(empty)


def test_a_current_schema_is_worked_on(connection: Connection) -> None:
    require_current(connection)


def test_the_service_roles_cannot_log_in_and_have_no_attributes(connection: Connection) -> None:
    attributes = rows(
        connection,
        """
        select rolname, rolcanlogin or rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls
        from pg_roles where rolname in ('beacon_ingest', 'ai_analysis', 'admin') order by rolname
        """,
    )
    assert attributes == [("admin", False), ("ai_analysis", False), ("beacon_ingest", False)]


def test_migrations_do_not_depend_on_the_callers_search_path(empty: Connection) -> None:
    empty.execute("set search_path = pg_temp")
    run(empty)
    assert exists(empty, "public.behavior_events")


def test_a_file_that_does_not_say_which_schema_it_means_fails(empty: Connection, project: Project) -> None:
    project.write("migrations/0001_first", "create table unqualified ();")
    with pytest.raises(MigrationError, match="no schema has been selected"):
        run(empty)


@pytest.mark.direct
def test_supabase_s_api_is_told_to_read_the_schema_again(empty_database: str) -> None:
    with connect(empty_database) as listener, connect(empty_database) as connection:
        listener.execute("listen pgrst")
        list(migrate(connection))
        assert {notice.payload for notice in listener.notifies(timeout=5, stop_after=1)} == {"reload schema"}
