"""`uxpipeline dev`: the Dagster UI with its daemon, and nothing left behind when it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from uxpipeline.cli.console import out
from uxpipeline.db.connect import connect
from uxpipeline.db.migrate import migrate
from uxpipeline.demo.build import prepare_demo
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.errors import ConfigurationError
from uxpipeline.orchestration.instance import prepare, shipped_file
from uxpipeline.settings import VARIABLES, Settings

_LOOK_SECONDS = 1.0
_SUPERVISOR = Path(__file__).with_name("supervise.py")


def serve(settings: Settings, port: int, *, on_demo: bool) -> int:
    """Serve until Ctrl-C, TERM, or the death of Dagster; returns the exit code."""
    _require_free(port)
    with ExitStack() as stack:
        server: EmbeddedServer | None = None
        if settings.database_url is None or on_demo:
            server = stack.enter_context(EmbeddedServer(settings).running())
        settings, url = _target(settings, server, on_demo=on_demo)
        with connect(url) as connection:
            list(migrate(connection))
        if isinstance(settings.landing, Path):
            settings.landing.mkdir(parents=True, exist_ok=True)
        process = stack.enter_context(_dagster(prepare(settings, url), port))
        out.print(f"Dagster UI: http://127.0.0.1:{port} (ready in about 15 s; Ctrl-C stops everything)", soft_wrap=True)
        while process.poll() is None:
            time.sleep(_LOOK_SECONDS)
            if server is not None:
                server.ensure_alive()
        return process.returncode


def _target(settings: Settings, server: EmbeddedServer | None, *, on_demo: bool) -> tuple[Settings, str]:
    if server is None:
        return settings, settings.database_url or ""
    if on_demo:
        demo = prepare_demo(settings, server, datetime.now(UTC).date())
        return demo.settings, demo.url
    return settings, server.url()


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ConfigurationError(f"Port {port} is taken", "Choose another with --port") from None


@contextmanager
def _dagster(variables: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`dagster dev` under a supervisor that ends its whole process group when we are gone, however we went."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES} | variables
    workspace = str(shipped_file("workspace.yaml"))
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "dagster",
        "dev",
        "-w",
        workspace,
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    process = subprocess.Popen(
        [sys.executable, "-I", str(_SUPERVISOR), *command, "--log-level", "warning"],
        env=environment,
        cwd=variables["DAGSTER_HOME"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()  # the supervisor's sign to stop
        with _uninterrupted():
            process.wait()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A second Ctrl-C must not cut the clean-up short."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
