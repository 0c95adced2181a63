"""Files that cannot be loaded leave nothing behind, and can be tried again."""

import gzip
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from uxpipeline.errors import InputError
from uxpipeline.ingest.load import load_paths
from uxpipeline.ingest.parsing import parser
from uxpipeline.ingest.reports import Done
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import Line, assignment, at, conversion, event, record

BAD = "{not json"
STAGED = """
    select (select count(*) from uxpipeline.stage_lines) + (select count(*) from uxpipeline.stage_events where plain)
"""


def events(number: int, session: str = "s") -> list[Line]:
    return [event(session, second) for second in range(number)]


def compressed(landing: Landing, lines: list[Line], keep: float, name: str = "events.ndjson.gz") -> Path:
    """A gzip file cut off after a share of its bytes."""
    whole = gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
    path = landing.folder / name
    path.write_bytes(whole[: int(len(whole) * keep)])
    return path


class TestTooManyBadLines:
    def test_nothing_of_the_file_is_loaded(self, landing: Landing) -> None:
        report = landing.load_file(landing.write([*events(18), BAD]))
        assert (report.status, report.inserted, report.quarantined) == ("aborted", 0, 1)
        assert report.problem is not None
        assert "1 of 19 lines are bad (5.3%, limit 5.0%)" in report.problem
        assert (landing.state(), landing.quarantine()) == ([], [])

    def test_as_many_as_the_limit_are_not_too_many(self, landing: Landing) -> None:
        report = landing.load_file(landing.write([*events(19), BAD]))
        assert (report.status, counts(report)) == ("loaded", {"inserted": 19, "quarantined": 1})

    def test_the_ledger_says_so(self, landing: Landing) -> None:
        report = landing.load_file(landing.write([event("s", 0), BAD]))
        [entry] = landing.ledger()
        assert (entry["status"], entry["quarantined"], entry["problem"]) == ("aborted", 1, report.problem)

    def test_the_corrected_file_is_loaded(self, landing: Landing) -> None:
        path = landing.write([event("s", 0), BAD])
        landing.load_file(path)
        landing.write([event("s", 0), event("s", 1)], path.name)
        assert counts(landing.load_file(path)) == {"inserted": 2}

    def test_the_same_file_is_loaded_under_another_limit(self, landing: Landing) -> None:
        path = landing.write([event("s", 0), BAD])
        landing.load_file(path)
        assert landing.load_file(path, max_bad=0.5).status == "loaded"
        assert [entry["status"] for entry in landing.ledger()] == ["aborted", "loaded"]

    def test_the_next_file_is_loaded_all_the_same(self, landing: Landing) -> None:
        first, second = landing.write([BAD, event("s", 0)]), landing.write([event("t", 0)])
        assert [report.status for report in landing.load_all(first, second)] == ["aborted", "loaded"]


class TestDamage:
    """The first lines of a cut-off file decode without complaint."""

    @pytest.mark.parametrize("inside_folder", [False, True])
    @pytest.mark.parametrize("number", [20, 2000])
    def test_a_file_cut_off_is_aborted_whatever_its_size(
        self,
        landing: Landing,
        monkeypatch: pytest.MonkeyPatch,
        number: int,
        inside_folder: bool,  # noqa: FBT001 - a case
    ) -> None:
        monkeypatch.setattr(parser, "CHUNK_LINES", 100)
        noise = random.Random(1)  # noqa: S311 - no secret
        lines = [line | {"event_data": {"noise": str(noise.random())}} for line in events(number)]
        path = compressed(landing, lines, 0.9)
        [report] = landing.load_all(landing.folder if inside_folder else path)
        assert (report.status, report.inserted) == ("aborted", 0)
        assert report.problem is not None
        assert "cut off" in report.problem
        assert landing.state() == []
        assert value(landing.connection, STAGED) == 0

    def test_fetched_again_it_is_loaded(self, landing: Landing) -> None:
        landing.load_file(compressed(landing, events(20), 0.9))
        report = landing.load_file(compressed(landing, events(20), 1.0))
        assert counts(report) == {"inserted": 20}
        assert [entry["status"] for entry in landing.ledger()] == ["aborted", "loaded"]

    def test_a_file_that_changes_while_it_is_read_is_aborted(self, landing: Landing) -> None:
        path = landing.write(events(3))

        def grow(_done: Done) -> None:
            with path.open("a", encoding="utf-8") as file:
                file.write("\n")

        [report] = load_paths(landing.connection, landing.settings, [path], NOW, progress=grow)
        assert report.status == "aborted"
        assert report.problem is not None
        assert "changed while it was read" in report.problem
        assert landing.state() == []


class TestFolders:
    def test_files_are_loaded_in_order_of_their_names(self, landing: Landing) -> None:
        for name in ("b/2.ndjson", "b/1.jsonl", "a.ndjson"):
            (landing.folder / name).parent.mkdir(exist_ok=True)
            landing.write([event(name, 0)], name)
        assert [report.name for report in landing.load_all(landing.folder)] == ["a.ndjson", "1.jsonl", "2.ndjson"]

    @pytest.mark.parametrize("content", [b"just words\n", b"", b"\x89PNG\r\n\x1a\n", b'{"some": "json"}\n'])
    def test_a_file_in_no_known_format_is_skipped(self, landing: Landing, content: bytes) -> None:
        (landing.folder / "README").write_bytes(content)
        landing.write([event("s", 0)], "events.ndjson")
        reports = {report.name: report.status for report in landing.load_all(landing.folder)}
        assert reports == {"README": "skipped", "events.ndjson": "loaded"}
        assert len(landing.ledger()) == 1

    def test_hidden_files_are_passed_over(self, landing: Landing) -> None:
        (landing.folder / ".cache").mkdir()
        for name in (".events.ndjson", ".cache/events.ndjson"):
            landing.write([event("s", 0)], name)
        assert landing.load_all(landing.folder) == []

    def test_a_folder_loaded_again_holds_nothing_new(self, landing: Landing) -> None:
        landing.write([event("s", 0)])
        landing.load_all(landing.folder)
        landing.write([event("t", 0)])
        assert [report.status for report in landing.load_all(landing.folder)] == ["already_loaded", "loaded"]

    def test_the_same_file_named_twice_is_loaded_once(self, landing: Landing) -> None:
        path = landing.write([event("s", 0)])
        assert [report.status for report in landing.load_all(path, path)] == ["loaded", "already_loaded"]


class TestNamedDirectly:
    @pytest.mark.parametrize("content", [b"just words\n", b""])
    def test_a_file_in_no_known_format_is_an_error(self, landing: Landing, content: bytes) -> None:
        path = landing.folder / "notes.txt"
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"`.*notes\.txt` is in no format we know"):
            landing.load_file(path)

    def test_a_path_that_names_nothing_is_an_error_before_anything_is_loaded(self, landing: Landing) -> None:
        path = landing.write([event("s", 0)])
        with pytest.raises(InputError, match="There is no file or folder"):
            landing.load_all(path, landing.folder / "missing.ndjson")
        assert landing.ledger() == []

    @pytest.mark.parametrize("what", ["file", "folder"])
    def test_a_source_that_does_not_exist_is_an_error(self, landing: Landing, what: str) -> None:
        path = landing.write([event("s", 0)])
        paths = [path if what == "file" else landing.folder]
        with pytest.raises(InputError, match="There is no source `matomo`"):
            load_paths(landing.connection, landing.settings, paths, NOW, source="matomo")

    def test_a_file_read_as_the_wrong_source_is_aborted(self, landing: Landing) -> None:
        path = landing.write(events(3))
        [report] = load_paths(landing.connection, landing.settings, [path], NOW, source="posthog")
        assert (report.status, report.source, report.quarantined) == ("aborted", "posthog", 3)


def test_what_the_database_refuses_aborts_the_file_without_repeating_the_row(landing: Landing) -> None:
    landing.add_test()
    # More conversions of one session than the list of an assignment may hold.
    many = [conversion("s", second, f"canary {second}") for second in range(1500)]
    report = landing.load(assignment("s", 0), *many)
    assert report.status == "aborted"
    assert report.problem is not None
    assert "variant_assignments_conversion_events_check (23514)" in report.problem
    assert "canary" not in report.problem
    assert landing.state() == []


def test_events_older_than_configured_are_quarantined(landing: Landing) -> None:
    old = (landing.settings.earliest - timedelta(seconds=1)).isoformat()
    landing.load(event("s", 0), event("s", 1) | {"timestamp": old}, record("s", created_at=at(0)))
    assert landing.quarantine() == [(2, "time_out_of_range", "timestamp")]
