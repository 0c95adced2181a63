"""A server that speaks just enough of PostgreSQL's protocol to turn a client away, or to look old."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SSL_REQUEST = 80877103
_GSS_REQUEST = 80877104
_AUTHENTICATED = b"R" + struct.pack("!ii", 8, 0)
_READY = b"Z" + struct.pack("!i", 5) + b"I"


def refusal(code: str, message: str) -> bytes:
    """The reply that ends a connection attempt with FATAL."""
    fields = b"".join(key + text.encode() + b"\0" for key, text in ((b"S", "FATAL"), (b"C", code), (b"M", message)))
    return _message(b"E", fields + b"\0")


def welcome(version: str) -> bytes:
    """The reply of a server of that version that lets everybody in."""
    parameter = _message(b"S", b"server_version\0" + version.encode() + b"\0")
    encoding = _message(b"S", b"client_encoding\0UTF8\0")
    return _AUTHENTICATED + parameter + encoding + _READY


@contextmanager
def replying(reply: bytes) -> Iterator[int]:
    """The port of a server that answers every start of a session with `reply`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, reply), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _serve(listener: socket.socket, reply: bytes) -> None:
    with suppress(OSError):  # the listener is closed
        while True:
            client, _ = listener.accept()
            with client, suppress(struct.error):  # a client that goes away without a word
                _answer(client, reply)


def _answer(client: socket.socket, reply: bytes) -> None:
    while struct.unpack("!ii", client.recv(8))[1] in {_SSL_REQUEST, _GSS_REQUEST}:
        client.sendall(b"N")
    client.sendall(reply)
    client.recv(65536)
