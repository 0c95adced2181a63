"""The demo, run as a user runs it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import temporary_home
from uxpipeline_tests.processes import bare_environment

_RUN = """
import sys
from datetime import date
from uxpipeline.cli.demo import run_demo
from uxpipeline.settings import Settings
sys.exit(run_demo(Settings.from_env(), date.fromisoformat(sys.argv[1]), json=True))
"""


@dataclass(frozen=True)
class DemoHome:
    """A home folder with a demo in it, and the server kept up to look at."""

    home: Path
    server: EmbeddedServer
    today: date
    printed: dict[str, Any]

    @property
    def url(self) -> str:
        return self.server.url("demo")

    def run(self, today: date) -> dict[str, Any]:
        """`uxpipeline demo --json`, as if it were `today`."""
        return run_demo(self.home, today)


def run_demo(home: Path, today: date) -> dict[str, Any]:
    command = [sys.executable, "-c", _RUN, today.isoformat()]
    found = subprocess.run(command, env=bare_environment(home), capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    printed: dict[str, Any] = json.loads(found.stdout)
    return printed


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoHome]:
    """A demo built yesterday, so that a later day can be tried today."""
    today = datetime.now(UTC).date() - timedelta(days=1)
    with temporary_home() as home:
        server = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home)}), fast=True)
        with server.running():
            yield DemoHome(home, server, today, run_demo(home, today))
