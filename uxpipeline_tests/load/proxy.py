"""A connection to the server on which the answer to a commit can get lost."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Proxy:
    """Passes one connection on to a server; told to, it loses the answer to the next COMMIT and hangs up."""

    def __init__(self, url: str, listener: socket.socket) -> None:
        self._target = urlsplit(url)
        self._listener = listener
        self._losing = threading.Event()

    @property
    def url(self) -> str:
        """Where the client connects to."""
        login = self._target.netloc.rpartition("@")[0]
        return urlunsplit(self._target._replace(netloc=f"{login}@127.0.0.1:{self._listener.getsockname()[1]}"))

    def lose_next_commit(self) -> None:
        self._losing.set()

    def serve(self) -> None:
        with suppress(OSError):  # the listener is closed
            client, _ = self._listener.accept()
            server = socket.create_connection((self._target.hostname or "", self._target.port or 5432))
            with client, server:
                self._pass_on(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        others = {client: server, server: client}
        while True:
            for source in select.select(list(others), [], [])[0]:
                data = source.recv(65536)
                if not data:
                    return
                others[source].sendall(data)
                if source is client and self._losing.is_set() and b"COMMIT" in data:
                    server.recv(65536)
                    return


@contextmanager
def proxy_of(url: str) -> Iterator[Proxy]:
    """A way to the server of `url` that one client may take."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(url, listener)
        thread = threading.Thread(target=proxy.serve, daemon=True)
        thread.start()
        yield proxy
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()
