"""Our code in processes of its own, which tests may kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

MIGRATE = """
import sys
from pathlib import Path
from uxpipeline.db import sqlfiles
from uxpipeline.db.connect import connect
from uxpipeline.db.migrate import migrate

if len(sys.argv) > 2:
    sqlfiles.root = lambda: Path(sys.argv[2])
with connect(sys.argv[1]) as connection:
    for migration in migrate(connection):
        print(migration.version, flush=True)
"""


@contextmanager
def started(
    code: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A Python process for the block, with these variables besides ours; still running at its end, it is killed."""
    command = [sys.executable, "-c", code, *arguments]
    variables = {**os.environ, **(environment or {})}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=variables) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_after_lines(process: subprocess.Popen[str], lines: int) -> None:
    """Let the process print so many lines, then kill it without warning."""
    assert process.stdout is not None
    for _ in range(lines):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
