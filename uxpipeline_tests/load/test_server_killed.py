"""The server is killed between the audit of a file and its publication: the unlogged stage is gone, nothing else is."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import migrate
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.errors import PublishRefusedError, ServerUnreachableError
from uxpipeline.ingest import loader
from uxpipeline.ingest.new_days import StoredApart
from uxpipeline.ingest.publish import LoadedFile, Tally, publish
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import Line, event, record


@pytest.fixture
def server(open_home: Path) -> Iterator[EmbeddedServer]:
    own = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(open_home)}))
    with own.running():
        with connect(own.url()) as connection:
            list(migrate(connection))
        yield own


def load_alone(server: EmbeddedServer, landing: Landing, lines: list[Line]) -> None:
    with connect(server.url()) as connection:
        replace(landing, connection=connection).load(*lines)


def test_what_was_audited_before_a_crash_is_not_published_after_it(
    server: EmbeddedServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [event("s", 0), record("s", language="en")], [event("s", 1), event("t", 2)]
    audited: list[LoadedFile] = []

    def killed(connection: Connection, file: LoadedFile, now: datetime, max_bad: float, apart: StoredApart) -> Tally:
        audited.append(file)
        pid = server.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return publish(connection, file, now, max_bad, apart)

    with connect(server.url()) as connection:
        landing = Landing(connection, settings, tmp_path)
        assert counts(landing.load(*first)) == {"inserted": 2}
        kept = landing.state()
    with monkeypatch.context() as patch:
        patch.setattr(loader, "publish", killed)
        with pytest.raises(ServerUnreachableError):
            load_alone(server, landing, second)
    server.ensure_alive()
    with connect(server.url()) as connection:
        landing = Landing(connection, settings, tmp_path)
        assert landing.state() == kept
        assert value(connection, "select count(*) from uxpipeline.stage_lines") == 0
        with pytest.raises(PublishRefusedError, match="changed after its audit"):
            publish(connection, audited[0], audited[0].started_at, 1.0)
        assert (landing.state(), len(landing.ledger())) == (kept, 1)
        assert counts(landing.load(*second)) == {"inserted": 2}
