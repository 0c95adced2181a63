"""Which database we work on: the configured one, or the embedded server's."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit, urlunsplit

from uxpipeline.db.connect import connect
from uxpipeline.db.sqlfiles import statement
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings

DAGSTER_SCHEMA = "dagster"


@contextmanager
def target_url(settings: Settings) -> Iterator[str]:
    """URL of the target database, kept reachable for the block."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with EmbeddedServer(settings).running() as server:
        yield server.url()


def dagster_url(settings: Settings, url: str) -> str:
    """SQLAlchemy URL of Dagster's own storage: schema `dagster` of the target database unless configured otherwise.

    The driver is always named: dagster-postgres works with psycopg 2 only, and a bare `postgresql://` means another one
    since SQLAlchemy 2.1.
    """
    if settings.dagster_database_url is not None:
        parts = urlsplit(settings.dagster_database_url)
        return urlunsplit(parts._replace(scheme="postgresql+psycopg2"))
    parts = urlsplit(url)
    options = "options=" + quote(f"-csearch_path={DAGSTER_SCHEMA}", safe="")
    query = f"{parts.query}&{options}" if parts.query else options
    return urlunsplit(parts._replace(scheme="postgresql+psycopg2", query=query))


def ensure_dagster_schema(settings: Settings, url: str) -> None:
    """Make the schema that Dagster creates its tables in."""
    if settings.dagster_database_url is None:
        with connect(url) as connection:
            connection.execute(statement("db/dagster_schema"))
