"""Create a cluster, whole or not at all."""

import shutil
import sys
import tempfile
from pathlib import Path

from uxpipeline.embedded.files import write_private
from uxpipeline.embedded.programs import Programs

SETTINGS = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    # What a refresh works with, a day's events, stays in memory: its temporary tables are read a dozen times.
    "temp_buffers": "64MB",
    "max_connections": "200",
}
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    # Its workers are nobody's to end, so dropping a database at the wrong moment would fail.
    "autovacuum": "off",
    # Each connection hashes the password so many times; a random one gains nothing from it. Since PostgreSQL 16.
    "scram_iterations": "1",
}


def create_cluster(programs: Programs, data: Path, password: str, *, fast: bool) -> bool:
    """Create the cluster `data`, with a superuser `postgres`, and say whether that succeeded.

    It grows in a folder of its own and is renamed when complete: a killed initdb leaves nothing at `data`.

    Args:
        programs: the server programs to create it with.
        data: the folder to become.
        password: of the superuser.
        fast: trade safety against power loss for speed, for tests.
    """
    for leftover in data.parent.glob("init-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="init-", dir=data.parent, ignore_cleanup_errors=True) as name:
        draft, password_file = Path(name, "data"), Path(name, "password")
        write_private(password_file, password)
        programs.account.own(password_file)
        programs.account.own(Path(name))
        settings = SETTINGS | (FAST_SETTINGS if fast else {})
        if programs.major < 16:
            settings.pop("scram_iterations", None)
        options = [*_options(programs.major, settings), *(["-N"] if fast else [])]
        if not programs.run("initdb", "-D", draft, "-U", "postgres", f"--pwfile={password_file}", *options):
            return False
        if programs.major < 16:
            with (draft / "postgresql.conf").open("a") as conf:
                conf.writelines(f"{name} = {value}\n" for name, value in settings.items())
        draft.rename(data)
    return True


def _options(major: int, settings: dict[str, str]) -> list[str]:
    options = ["--auth=scram-sha-256", "--encoding=UTF8", *_locale(major)]
    if major < 16:
        return options
    return options + [f"-c{name}={value}" for name, value in settings.items()]


def _locale(major: int) -> list[str]:
    libc = "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"  # what each system is sure to have
    return [libc, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else [libc]
