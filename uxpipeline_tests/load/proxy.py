"""A connection to the server on which the answer to a commit can get lost."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Proxy:
    """Passes one connection on to a server until told to lose the answer to the next COMMIT."""

    def __init__(self, url: str, listener: socket.socket) -> None:
        self._target = urlsplit(url)
        self._listener = listener
        self._losing = threading.Event()

    @property
    def url(self) -> str:
        """Where clients connect to."""
        login = self._target.netloc.rpartition("@")[0]
        return urlunsplit(self._target._replace(netloc=f"{login}@127.0.0.1:{self._listener.getsockname()[1]}"))

    def lose_next_commit(self) -> None:
        self._losing.set()

    def serve(self) -> None:
        with suppress(OSError):  # the listener is closed
            client, _ = self._listener.accept()
            server = socket.create_connection((self._target.hostname or "", self._target.port or 5432))
            answers = threading.Thread(target=self._pass_answers, args=(server, client), daemon=True)
            answers.start()
            with client, server:
                self._pass_questions(client, server)
                answers.join()

    def _pass_questions(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if self._losing.is_set() and b"COMMIT" in data:
                    client.shutdown(socket.SHUT_WR)
                    server.sendall(data)
                    server.recv(1)
                    server.shutdown(socket.SHUT_RDWR)
                    return
                server.sendall(data)
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def _pass_answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)


@contextmanager
def proxy_of(url: str) -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(url, listener)
        thread = threading.Thread(target=proxy.serve, daemon=True)
        thread.start()
        yield proxy
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()
