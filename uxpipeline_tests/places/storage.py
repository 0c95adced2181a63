"""A real S3 server on loopback, and a way to it on which requests are counted and answers go wrong."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from obstore.store import S3Store

from uxpipeline_tests.processes import wait_until

SERVER = Path(sys.executable).with_name("weed")
BUCKET = "exports"
KEY, SECRET = "PIPELINEKEY", "pipeline-secret-canary"
STRANGER, STRANGERS_SECRET = "STRANGERKEY", "stranger-secret-canary"
IDENTITIES = {
    "identities": [
        {
            "name": "pipeline",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "List", "Write"],
        },
        {
            "name": "stranger",
            "credentials": [{"accessKey": STRANGER, "secretKey": STRANGERS_SECRET}],
            "actions": ["Read:elsewhere", "List:elsewhere"],
        },
    ]
}


@contextmanager
def storage(folder: Path) -> Iterator[str]:
    """A server that keeps its objects in `folder`; yields its URL."""
    identities = folder / "identities.json"
    identities.write_text(json.dumps(IDENTITIES), encoding="utf-8")
    master, master_rpc, volume, volume_rpc, filer, filer_rpc, s3, s3_rpc = free_ports(8)
    command = [
        str(SERVER), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false",
        f"-master.port={master}", f"-master.port.grpc={master_rpc}", "-master.volumeSizeLimitMB=64",
        f"-volume.port={volume}", f"-volume.port.grpc={volume_rpc}", "-volume.max=16",
        "-filer", f"-filer.port={filer}", f"-filer.port.grpc={filer_rpc}", f"-filer.localSocket={folder}/filer.sock",
        "-s3", f"-s3.port={s3}", f"-s3.port.grpc={s3_rpc}", f"-s3.config={identities}", "-s3.port.iceberg=0",
    ]  # fmt: skip
    environment = {"HOME": str(folder), "PATH": os.defpath}
    with (folder / "server.log").open("wb") as log, ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
        )
        stack.callback(process.kill)
        wait_until(lambda: _can_store(s3), 60, "the S3 server stores an object")
        yield f"http://127.0.0.1:{s3}"
    shutil.rmtree(folder, ignore_errors=True)


def _can_store(port: int) -> bool:
    with suppress(Exception):
        bucket(f"http://127.0.0.1:{port}", BUCKET).put("ready", b"yes")
        return True
    return False


def answers(port: int) -> bool:
    """Whether something listens there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def bucket(endpoint: str, name: str) -> S3Store:
    """A bucket to put things into; the first thing makes it."""
    return S3Store(
        name,
        endpoint=endpoint,
        region="us-east-1",
        access_key_id=KEY,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )


def free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [one.getsockname()[1] for one in sockets]


@dataclass
class Way:
    """A way to the storage: what was asked on it, and what is to go wrong next."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    faults: list[int | str] = field(default_factory=list)
    """Status codes to answer with, `cut`: the answer ends in the middle, 0: all is well."""

    @property
    def listings(self) -> int:
        return sum("list-type=2" in request for request in self.asked)

    @property
    def fetched(self) -> int:
        return sum(request.startswith("GET ") and "list-type=2" not in request for request in self.asked)


@contextmanager
def way_to(endpoint: str) -> Iterator[Way]:
    """Pass requests on to a storage."""
    way = Way()
    target = urlsplit(endpoint)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            way.asked.append(f"{self.command} {self.path}")
            fault = way.faults.pop(0) if way.faults else None
            if isinstance(fault, int) and fault:
                self.send_response(fault)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            connection = http.client.HTTPConnection(target.hostname or "", target.port or 80)
            connection.request(self.command, self.path, headers=dict(self.headers))
            answer = connection.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(body))
            self.send_header("Content-Length", length or "0")
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
            if fault == "cut":
                self.close_connection = True
            connection.close()

        do_GET = do_HEAD = _pass_on  # noqa: N815 - the names of http.server

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    way.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield way
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
