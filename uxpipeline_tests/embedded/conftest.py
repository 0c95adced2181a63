import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from uxpipeline.embedded.account import Account
from uxpipeline.embedded.binaries import find_binaries
from uxpipeline_tests.conftest import fast_folder
from uxpipeline_tests.embedded.helpers import processes, server_of


@contextmanager
def _folder() -> Iterator[Path]:
    # tmp_path lies below a folder closed to others, where root's server account cannot go.
    folder = Path(tempfile.mkdtemp(prefix="uxpipeline-test-", dir=fast_folder()))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _nothing_left(home: Path) -> Iterator[Path]:
    yield home
    left = processes(home)
    server_of(home).stop()
    assert not left


@pytest.fixture
def new_home() -> Iterator[Path]:
    """A home without a cluster."""
    with _folder() as home, _nothing_left(home):
        yield home


@pytest.fixture(scope="session")
def shared_home() -> Iterator[Path]:
    with _folder() as home:
        with server_of(home).running():
            pass
        yield home


@pytest.fixture
def home(shared_home: Path) -> Iterator[Path]:
    """A home with a cluster, not running, that other tests use too."""
    with _nothing_left(shared_home):
        yield shared_home


@pytest.fixture
def own_home(home: Path, new_home: Path) -> Path:
    """A home with a cluster, not running, that the test may damage."""
    subprocess.run(["cp", "-a", home / "postgres", new_home], check=True)
    return new_home


@pytest.fixture
def slow_binaries(new_home: Path) -> Path:
    """Server programs whose pg_ctl takes its time, so that its caller can be killed meanwhile."""
    real, folder = find_binaries(None, Account()), new_home / "bin"
    folder.mkdir()
    for program in ("initdb", "postgres"):
        (folder / program).symlink_to(real / program)
    (folder / "pg_ctl").write_text(f'#!/bin/sh\nsleep 1\nexec "{real / "pg_ctl"}" "$@"\n')
    (folder / "pg_ctl").chmod(0o755)
    return folder
