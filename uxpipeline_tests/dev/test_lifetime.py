"""However `uxpipeline dev` ends, nothing of it is left."""

import signal
import socket
from pathlib import Path

import pytest

from uxpipeline_tests.dev.conftest import running_dev
from uxpipeline_tests.processes import left_behind, run_command, wait_until


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.browser),
        pytest.param(signal.SIGKILL, marks=pytest.mark.browser),
    ],
)
def test_ending_dev_leaves_no_process(open_home: Path, number: signal.Signals) -> None:
    with running_dev(open_home) as dev:
        assert left_behind(open_home)
        dev.process.send_signal(number)
        wait_until(lambda: not left_behind(open_home), 20, "dev, Dagster and PostgreSQL are gone")


def test_a_taken_port_is_one_clear_line(open_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = run_command(open_home, "dev", "--port", str(taken.getsockname()[1]))

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "--port" in found.stderr
