"""Which TCP port the server listens on."""

import random
import socket

from uxpipeline.errors import EmbeddedServerError

# Below the ranges Linux and macOS hand out to outgoing connections, which could take the kept port while we are down.
CANDIDATES = range(20_000, 32_000)


def choose_port(kept: int | None) -> int:
    """Return `kept` unless something else listens there, otherwise a free port."""
    for port in [*([] if kept is None else [kept]), *random.sample(CANDIDATES, 100)]:
        if _is_free(port):
            return port
    raise EmbeddedServerError("No free port was found for the embedded server")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
