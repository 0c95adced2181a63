from collections.abc import Iterator
from pathlib import Path

import pytest

from uxpipeline.db import sqlfiles
from uxpipeline.db.connect import Connection, connect
from uxpipeline_tests.conftest import fresh_database
from uxpipeline_tests.db.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two versioned files and a view instead of what we ship."""
    project = Project(tmp_path / "sql")
    monkeypatch.setattr(sqlfiles, "root", lambda: project.folder)
    return project


@pytest.fixture
def empty(empty_database: str) -> Iterator[Connection]:
    """An open connection to a database nothing was applied to."""
    with connect(empty_database) as opened:
        yield opened


@pytest.fixture
def other(empty_database: str) -> Iterator[Connection]:
    """A second connection to the same database."""
    with connect(empty_database) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_database(server_url: str, template_database: str) -> Iterator[str]:
    """URL of a migrated database for tests that leave it as they found it."""
    with fresh_database(server_url, template_database) as url:
        yield url


@pytest.fixture
def sql_transaction(shared_database: str) -> Iterator[Connection]:
    """A connection to it whose one transaction is rolled back."""
    with connect(shared_database) as opened, opened.transaction(force_rollback=True):
        yield opened
