"""The operating system account of the server: ourselves, or as root another one, because PostgreSQL refuses root."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from uxpipeline.errors import ConfigurationError

if sys.platform != "win32":
    import pwd

SHARED = Path("/var/lib/uxpipeline")
"""Where root puts what its server's account could not reach in root's own folders."""

INHERITED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True)
class Account:
    """Who runs the server programs; no ids mean ourselves."""

    uid: int | None = None
    gid: int | None = None

    def run(self, command: Sequence[str | Path], output: IO[str]) -> bool:
        """Run `command` with all it says going to `output`, and say whether it succeeded."""
        finished = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=clean_environment() | {"LC_ALL": "C", "TZ": "UTC"},
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            check=False,
        )
        return finished.returncode == 0

    def own(self, path: Path) -> None:
        """Make the account the owner of `path`, which we made."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Say whether the account may enter, or execute, `path` and may enter all folders above it."""
        places = (path, *path.parents, *path.resolve().parents)
        return self.uid is None or all(self._may_pass(place) for place in places)

    def _may_pass(self, place: Path) -> bool:
        status = place.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        return bool(status.st_mode & (0o010 if status.st_gid == self.gid else 0o001))


def locate(folder: Path, os_user: str) -> tuple[Account, Path]:
    """Return who runs the cluster of the server folder `folder`, and the folder it lies in.

    Both follow an existing cluster; a new one lies in `folder` if the account can get there.
    """
    inside, outside = folder, SHARED / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    for place in (inside, outside):
        if os.geteuid() == 0 and (place / "data").exists():
            status = (place / "data").stat()
            return Account(status.st_uid, status.st_gid), place
    account = _configured(os_user)
    return account, inside if account.can_reach(inside) else outside


def clean_environment() -> dict[str, str]:
    """Return what a child needs to find programs and libraries, without locale, PostgreSQL settings or secrets."""
    return {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}


def make_enterable(folder: Path) -> None:
    """Create `folder` and missing parents so that the account can pass but not list them."""
    if folder.exists():
        return
    make_enterable(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)  # mkdir's own mode is cut by the umask


def _configured(os_user: str) -> Account:
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(os_user)
    except KeyError:
        raise ConfigurationError(f"There is no account `{os_user}`", "Set `UXPIPELINE_PG_OS_USER`") from None
    if entry.pw_uid == 0:
        raise ConfigurationError("PostgreSQL refuses to run as root", "Set `UXPIPELINE_PG_OS_USER` to another account")
    return Account(entry.pw_uid, entry.pw_gid)
