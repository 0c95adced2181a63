"""`uxpipeline dev`, running."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from uxpipeline_tests.processes import COMMAND, bare_environment, wait_until

READY_SECONDS = 120.0


@dataclass(frozen=True)
class Dev:
    """A running `uxpipeline dev`."""

    process: subprocess.Popen[bytes]
    address: str


@contextmanager
def running_dev(home: Path, *arguments: str) -> Iterator[Dev]:
    """Start it on a free port and wait until the UI answers; killed in the end if it still runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*COMMAND, "dev", "--port", str(port), *arguments]
    log = (home / "dev.log").open("wb")
    with log, subprocess.Popen(command, env=bare_environment(home), stdout=log, stderr=log) as process:
        dev = Dev(process, f"http://127.0.0.1:{port}")
        try:
            wait_until(lambda: answers(dev.address), READY_SECONDS, "the UI answers")
            yield dev
        finally:
            process.kill()


def answers(address: str) -> bool:
    """Whether the web server and its code location are up."""
    try:
        with urlopen(f"{address}/server_info", timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except (URLError, OSError):
        return False
