"""Which TCP port the server listens on."""

import random
import socket

from uxpipeline.embedded.waiting import wait_until
from uxpipeline.errors import EmbeddedServerError

# Below the ranges Linux and macOS hand out to outgoing connections, which could take the kept port while we are down.
CANDIDATES = range(20_000, 32_000)
RELEASE_SECONDS = 3.0  # a killed server's port outlives its process a little


def choose_port(kept: int | None) -> int:
    """Return `kept` unless something else listens there, otherwise a free port."""
    if kept is not None and wait_until(lambda: _is_free(kept), RELEASE_SECONDS):
        return kept
    for port in random.sample(CANDIDATES, 100):
        if _is_free(port):
            return port
    raise EmbeddedServerError(
        "No free port was found for the embedded server", "End programs that listen on ports 20000 to 31999"
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
