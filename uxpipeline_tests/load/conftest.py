from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import fresh_database
from uxpipeline_tests.load.landing import CLEAN, Landing

FUNNELS = """
funnels:
  purchase:
    - {step: product, page: "/product*"}
    - {step: cart, page: "/cart"}
    - {step: order, event: order}
  lead_capture:
    - {step: start, form_start: lead-form}
    - {step: lead, form_submit: lead-form}
"""


@pytest.fixture(scope="session")
def load_database(server_url: str, template_database: str) -> Iterator[str]:
    with fresh_database(server_url, template_database) as url:
        yield url


@pytest.fixture
def database(load_database: str) -> Iterator[str]:
    """A migrated database, empty but for partitions of earlier tests of this folder."""
    yield load_database
    with connect(load_database) as connection:
        connection.execute(CLEAN.encode())


@pytest.fixture
def landing(connection: Connection, settings: Settings, tmp_path: Path) -> Landing:
    """A folder to write files into, funnels configured."""
    funnels = tmp_path / "funnels.yaml"
    funnels.write_text(FUNNELS, encoding="utf-8")
    folder = tmp_path / "files"
    folder.mkdir()
    return Landing(connection, replace(settings, funnels=funnels), folder)
