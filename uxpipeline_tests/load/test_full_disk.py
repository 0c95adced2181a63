"""A disk that is really full: the server stops in its own way, and what was committed is there once there is room."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.load_lines import write_events
from uxpipeline_tests.conftest import temporary_home
from uxpipeline_tests.factories import START
from uxpipeline_tests.processes import run_command

FIRST, EVENTS = 100, 50_000
TOO_SMALL, ENOUGH = "100m", "2g"


def mount(*arguments: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", *arguments], check=True)


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small file system of its own, for the embedded server and all it writes."""
    with temporary_home() as place:
        mount("-o", f"size={TOO_SMALL},mode=755", "tmpfs", str(place))
        try:
            yield place
        finally:
            run_command(place, "db", "stop")
            subprocess.run(["umount", str(place)], check=True)


@pytest.mark.mount
def test_a_disk_that_fills_up_costs_nothing_that_was_loaded(disk: Path, tmp_path: Path) -> None:
    small, large = tmp_path / "small.ndjson", tmp_path / "large.ndjson"
    write_events(small, FIRST, 1, START)
    write_events(large, EVENTS, 3, START)
    run_command(disk, "migrate")
    assert run_command(disk, "load", str(small)).returncode == 0

    full = run_command(disk, "load", str(large))

    assert full.returncode == 1, full.stdout
    assert len(full.stderr.splitlines()) == 1, full.stderr
    mount("-o", f"remount,size={ENOUGH}", "tmpfs", str(disk))
    again = run_command(disk, "load", str(small), str(large), "--json")
    assert again.returncode == 0, again.stderr
    assert [file["status"] for file in json.loads(again.stdout)["files"]] == ["already_loaded", "loaded"]
    assert json.loads(again.stdout)["files"][1]["inserted"] == EVENTS - FIRST
