from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline_tests.conftest import fresh_database

HEALTHY = Path(__file__).with_name("healthy.sql")


def insert_healthy(connection: Connection) -> None:
    """A little sound data, with its marts."""
    connection.execute(HEALTHY.read_bytes())
    refresh_marts(connection, datetime.now(UTC))


@pytest.fixture(scope="session")
def healthy_template(server_url: str, template_database: str) -> Iterator[str]:
    """Name of a migrated database with a little sound data."""
    with fresh_database(server_url, template_database) as url:
        with connect(url) as connection:
            insert_healthy(connection)
        yield urlsplit(url).path.lstrip("/")


@pytest.fixture
def healthy(server_url: str, healthy_template: str) -> Iterator[str]:
    """URL of a database with a little sound data, to be broken."""
    with fresh_database(server_url, healthy_template) as url:
        yield url


@pytest.fixture(scope="session")
def shared_healthy(server_url: str, healthy_template: str) -> Iterator[str]:
    """URL of a database with a little sound data; whoever breaks it mends it."""
    with fresh_database(server_url, healthy_template) as url:
        yield url
