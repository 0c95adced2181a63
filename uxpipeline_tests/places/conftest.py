from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from obstore.store import S3Store

from uxpipeline_tests.conftest import temporary_home
from uxpipeline_tests.load.conftest import database, landing, load_database
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import Line
from uxpipeline_tests.places.storage import BUCKET, KEY, SECRET, Way, bucket, storage, way_to

__all__ = ["database", "landing", "load_database"]


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """URL of an S3 server."""
    with temporary_home() as folder, storage(folder) as url:
        yield url


@pytest.fixture
def way(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    """The pipeline's environment leads to the storage, and every request on the way is seen."""
    with way_to(endpoint) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        yield found


@dataclass
class Shelf:
    """A folder of a bucket, of one test, filled from files of a landing folder."""

    folder: str
    store: S3Store
    landing: Landing

    @property
    def url(self) -> str:
        return f"s3://{BUCKET}/{self.folder}"

    def put(self, key: str, *lines: Line) -> Path:
        """Store these lines as an object; returns the same as a local file."""
        path = self.landing.write(lines)
        self.put_bytes(key, path.read_bytes())
        return path

    def put_bytes(self, key: str, content: bytes) -> None:
        self.store.put(f"{self.folder}/{key}", content)


@pytest.fixture
def shelf(endpoint: str, landing: Landing, way: Way) -> Shelf:  # noqa: ARG001 - sets the environment
    return Shelf(f"test-{uuid4().hex[:12]}", bucket(endpoint, BUCKET), landing)
