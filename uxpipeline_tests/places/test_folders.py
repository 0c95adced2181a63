"""Files of a local folder that are not all there yet wait for a later load."""

import json
import os
import threading
from pathlib import Path

import pytest

from uxpipeline.ingest.files import listing
from uxpipeline.ingest.files.listing import local_listing
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import event


def statuses(landing: Landing) -> dict[str, str]:
    return {report.name: report.status for report in landing.load_all(landing.folder)}


@pytest.mark.parametrize("suffix", sorted(listing.PARTIAL_SUFFIXES))
def test_a_name_may_say_that_a_file_is_still_being_written(landing: Landing, suffix: str) -> None:
    path = landing.write([event("s", 0)], f"events.ndjson{suffix}")
    assert statuses(landing) == {path.name: "skipped"}
    path.rename(path.with_suffix(""))
    assert statuses(landing) == {"events.ndjson": "loaded"}


def test_a_file_that_grows_is_left_for_later(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    growing, still = landing.write([event("s", 0)], "growing"), landing.write([event("t", 0)], "still")
    more = json.dumps(event("s", 1)) + "\n"

    def write_meanwhile(_seconds: float) -> None:
        growing.write_text(growing.read_text(encoding="utf-8") + more[:30], encoding="utf-8")

    with monkeypatch.context() as patch:
        patch.setattr("time.sleep", write_meanwhile)
        assert statuses(landing) == {"still": "loaded", "growing": "skipped"}
    growing.write_text(json.dumps(event("s", 0)) + "\n" + more, encoding="utf-8")
    assert statuses(landing) == {"still": "already_loaded", "growing": "loaded"}
    assert landing.quarantine() == []
    assert still.exists()


def test_a_writer_with_pauses_shorter_than_a_second_is_noticed(landing: Landing) -> None:
    path = landing.write([event("s", 0)], "growing")
    over = threading.Event()

    def write() -> None:
        while not over.wait(0.2):
            with path.open("a", encoding="utf-8") as file:
                file.write(" ")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert statuses(landing) == {"growing": "skipped"}
    finally:
        over.set()
        writer.join()


def test_files_that_are_older_cost_no_waiting(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    path = landing.write([event("s", 0)])
    os.utime(path, (1_790_000_000, 1_790_000_000))
    monkeypatch.delattr("time.sleep")
    assert [file.name for file in local_listing(landing.folder).complete] == [str(path)]


def test_a_file_that_vanishes_while_waiting_is_none(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    path = landing.write([event("s", 0)])
    monkeypatch.setattr("time.sleep", lambda _seconds: path.unlink())
    assert local_listing(landing.folder).complete == []


class TestManifests:
    def write_manifest(self, landing: Landing, *names: str) -> Path:
        path = landing.folder / "day" / "manifest.json"
        path.write_text(json.dumps({"files": [f"bucket/prefix/{name}" for name in names]}), encoding="utf-8")
        return path

    @pytest.fixture(autouse=True)
    def _day(self, landing: Landing) -> None:
        (landing.folder / "day").mkdir()
        landing.write([event("s", 0)], "day/0.ndjson")
        landing.write([event("t", 0)], "day/unnamed.ndjson")

    def test_the_files_it_names_wait_for_each_other(self, landing: Landing) -> None:
        self.write_manifest(landing, "0.ndjson", "1.ndjson")
        assert statuses(landing) == {"unnamed.ndjson": "loaded", "0.ndjson": "skipped", "manifest.json": "skipped"}
        [waiting] = [report for report in landing.load_all(landing.folder) if report.name == "0.ndjson"]
        assert "1 of 2 files of the manifest are not there" in (waiting.problem or "")
        landing.write([event("u", 0)], "day/1.ndjson")
        assert statuses(landing) == {"0.ndjson": "loaded", "1.ndjson": "loaded", "unnamed.ndjson": "already_loaded"}

    def test_one_that_is_still_written_is_not_there(self, landing: Landing) -> None:
        self.write_manifest(landing, "0.ndjson", "1.ndjson.part")
        landing.write([event("u", 0)], "day/1.ndjson.part")
        assert statuses(landing)["0.ndjson"] == "skipped"

    @pytest.mark.parametrize("content", ["", "[]", '{"files": 3}', '{"files": [3]}', '{"other": []}'])
    def test_a_file_of_that_name_that_is_none_holds_nobody_up(self, landing: Landing, content: str) -> None:
        (landing.folder / "day" / "manifest.json").write_text(content, encoding="utf-8")
        assert statuses(landing) == {"0.ndjson": "loaded", "unnamed.ndjson": "loaded", "manifest.json": "skipped"}
