"""Objects of a real S3 server are loaded like files, each once."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from uxpipeline.errors import AccessError, ConfigurationError, InputError, StorageUnreachableError
from uxpipeline.ingest.files.buckets import Bucket, folder_day
from uxpipeline.ingest.files.landing import place
from uxpipeline.ingest.ledger import quarantined_files
from uxpipeline.ingest.load import load_landing, load_paths, replay_lines
from uxpipeline.ingest.reports import FileReport
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import column, value
from uxpipeline_tests.load.landing import NOW, counts
from uxpipeline_tests.load.lines import event, record
from uxpipeline_tests.places.conftest import Shelf
from uxpipeline_tests.places.storage import KEY, SECRET, STRANGER, STRANGERS_SECRET, Way

pytestmark = pytest.mark.storage
EVENTS = "select count(*) from public.behavior_events"


def load(shelf: Shelf, *addresses: str, max_bad: float = 1.0) -> list[FileReport]:
    places = [place(address) for address in addresses]
    return load_paths(shelf.landing.connection, shelf.landing.settings, places, NOW, max_bad=max_bad)


def run_landing(shelf: Shelf, now: datetime = NOW) -> list[FileReport]:
    settings = replace(shelf.landing.settings, landing=f"{shelf.url}/in")
    return load_landing(shelf.landing.connection, settings, now)


class TestOneObject:
    def test_it_is_loaded_and_the_ledger_calls_it_by_its_address(self, shelf: Shelf) -> None:
        shelf.put("in/2026-11-20/a b&c.ndjson", event("s", 0), record("s", language="en"))
        [report] = load(shelf, f"{shelf.url}/in/2026-11-20/a b&c.ndjson")
        assert (report.status, report.path, counts(report)) == (
            "loaded",
            f"{shelf.url}/in/2026-11-20/a b&c.ndjson",
            {"inserted": 2},
        )
        assert [entry["path"] for entry in shelf.landing.ledger()] == [report.path]

    def test_it_is_the_same_file_as_a_local_copy(self, shelf: Shelf) -> None:
        copy = shelf.put("in/a.ndjson", event("s", 0))
        shelf.landing.load_file(copy)
        [report] = load(shelf, f"{shelf.url}/in/a.ndjson")
        assert (report.status, report.sha256) == ("already_loaded", shelf.landing.ledger()[0]["sha256"])

    def test_a_second_time_it_is_not_fetched(self, shelf: Shelf, way: Way) -> None:
        shelf.put("in/a.ndjson", event("s", 0))
        load(shelf, shelf.url)
        fetched = way.fetched
        again = load(shelf, shelf.url)
        assert ([report.status for report in again], way.fetched) == (["already_loaded"], fetched)

    def test_written_anew_it_is_fetched_again(self, shelf: Shelf) -> None:
        shelf.put("in/a.ndjson", event("s", 0))
        load(shelf, f"{shelf.url}/in")
        shelf.put("in/a.ndjson", event("s", 0), event("s", 1))
        [report] = load(shelf, f"{shelf.url}/in")
        assert counts(report) == {"inserted": 1, "duplicates": 1}

    def test_a_damaged_one_is_named_by_its_address(self, shelf: Shelf) -> None:
        shelf.put_bytes("in/cut.gz", gzip.compress(json.dumps(event("s", 0)).encode() * 9)[:-9])
        [report] = load(shelf, f"{shelf.url}/in")
        assert report.status == "aborted"
        assert f"`{shelf.url}/in/cut.gz` cannot be loaded: its gzip data is cut off" in (report.problem or "")
        assert "/tmp" not in (report.problem or "")

    def test_its_quarantined_lines_are_replayed_from_the_bucket(self, shelf: Shelf) -> None:
        shelf.put("in/a.ndjson", event("s", 0), event("s", 60))
        strict = replace(shelf.landing.settings, earliest=datetime(2026, 11, 20, 10, 0, 30, tzinfo=UTC))
        load_paths(shelf.landing.connection, strict, [f"{shelf.url}/in/a.ndjson"], NOW, max_bad=1.0)
        files = quarantined_files(shelf.landing.connection, [], None)
        [report] = replay_lines(shelf.landing.connection, shelf.landing.settings, files, NOW)
        assert (report.status, report.inserted) == ("replayed", 1)
        assert value(shelf.landing.connection, EVENTS) == 2

    def test_a_bucket_s_content_is_fetched_to_a_place_that_is_empty_afterwards(
        self, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path_factory.mktemp("spool")
        monkeypatch.setattr("tempfile.tempdir", str(folder))
        shelf.put("in/a.ndjson", event("s", 0))
        load(shelf, f"{shelf.url}/in")
        assert list(folder.iterdir()) == []


class TestFolders:
    def test_all_below_is_loaded_in_order_without_hidden_objects(self, shelf: Shelf) -> None:
        for number, key in enumerate(("in/b/2.ndjson", "in/a.ndjson", "in/.hidden", "in/b/1.ndjson", "inside/x")):
            shelf.put(key, event(f"s{number}", 0))
        assert [report.name for report in load(shelf, f"{shelf.url}/in/")] == ["a.ndjson", "1.ndjson", "2.ndjson"]

    def test_more_names_than_one_answer_holds_are_all_listed(self, shelf: Shelf, way: Way) -> None:
        for number in range(1005):
            shelf.put_bytes(f"many/{number:04}", b"x")
        assert len(Bucket(f"{shelf.url}/many").files()) == 1005
        assert way.listings == 2

    def test_an_empty_one_is_named(self, shelf: Shelf) -> None:
        with pytest.raises(InputError, match=r"There is no file or folder `s3://exports/test-\w+/nothing`"):
            load(shelf, f"{shelf.url}/nothing")

    def test_files_wait_for_the_rest_of_their_export(self, shelf: Shelf) -> None:
        shelf.put("in/2026-11-20/export-0.ndjson", event("s", 0))
        shelf.put("in/2026-11-20/other.ndjson", event("t", 0))
        names = [f"{shelf.folder}/in/2026-11-20/export-{part}.ndjson" for part in (0, 1)]
        shelf.put_bytes("in/2026-11-20/export_manifest.json", json.dumps({"files": names}).encode())
        early = {report.name: report.status for report in run_landing(shelf)}
        assert early == {"other.ndjson": "loaded", "export-0.ndjson": "skipped", "export_manifest.json": "skipped"}
        shelf.put("in/2026-11-20/export-1.ndjson", event("u", 0))
        late = {report.name: report.status for report in run_landing(shelf)}
        assert late == {"other.ndjson": "already_loaded", "export-0.ndjson": "loaded", "export-1.ndjson": "loaded"}


class TestHistory:
    def fill(self, shelf: Shelf, days: int) -> None:
        newest = NOW.date()
        for back in range(days):
            shelf.put(f"in/{newest - timedelta(days=back)}_events/a.ndjson", event(f"s{back}", back))

    @pytest.mark.parametrize("days", [20, 60])
    def test_its_length_costs_no_requests(self, shelf: Shelf, way: Way, days: int) -> None:
        self.fill(shelf, days)
        assert {report.status for report in run_landing(shelf)} == {"loaded"}
        way.asked.clear()
        reports = run_landing(shelf, NOW + timedelta(hours=1))
        assert ({report.status for report in reports}, len(reports)) == ({"already_loaded"}, 8)
        assert (way.listings, way.fetched) == (1 + 8, 0)

    def test_a_file_that_comes_to_an_old_day_is_found_within_a_week(self, shelf: Shelf) -> None:
        self.fill(shelf, 20)
        run_landing(shelf)
        shelf.put("in/2026-11-05_events/late.ndjson", event("late", 1))
        assert value(shelf.landing.connection, EVENTS) == 20
        run_landing(shelf, NOW + timedelta(days=6))
        assert value(shelf.landing.connection, EVENTS) == 20
        run_landing(shelf, NOW + timedelta(days=8))
        assert value(shelf.landing.connection, EVENTS) == 21

    def test_a_pass_that_broke_off_is_made_anew(self, shelf: Shelf, way: Way) -> None:
        self.fill(shelf, 20)
        way.faults = [*[0] * 30, *[503] * 40]
        with pytest.raises(StorageUnreachableError):
            run_landing(shelf)
        way.faults = []
        assert 0 < value(shelf.landing.connection, EVENTS) < 20
        run_landing(shelf)
        assert value(shelf.landing.connection, EVENTS) == 20

    @pytest.mark.parametrize(
        ("folder", "day"),
        [
            ("2026-11-22_events", date(2026, 11, 22)),
            ("11-22-2026", date(2026, 11, 22)),
            ("day=2026-11-22", date(2026, 11, 22)),
            ("1795305600000", date(2026, 11, 22)),
            ("2026-13-99", None),
            ("events", None),
            ("12026-11-223", None),
        ],
    )
    def test_folders_are_named_after_days_in_the_ways_exporters_do(self, folder: str, day: date | None) -> None:
        assert folder_day(folder) == day


class TestTrouble:
    @pytest.fixture(autouse=True)
    def _one_object(self, shelf: Shelf) -> None:
        shelf.put("in/a.ndjson", *(event("s", second) for second in range(2000)))

    @pytest.mark.parametrize("fault", [500, 503, 429, "cut"])
    def test_what_passes_is_tried_again(self, shelf: Shelf, way: Way, fault: int | str) -> None:
        way.faults = [fault]
        [report] = load(shelf, f"{shelf.url}/in/a.ndjson")
        assert counts(report) == {"inserted": 2000}

    def test_an_answer_that_ends_early_is_never_taken_for_the_object(self, shelf: Shelf, way: Way) -> None:
        [file] = Bucket(f"{shelf.url}/in").files()
        way.faults = ["cut"] * 40
        with pytest.raises(StorageUnreachableError, match="cannot be reached"), file.fetched():
            pass

    def test_a_storage_that_is_away_is_said_to_be(self, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        with pytest.raises(StorageUnreachableError, match="nothing is lost, try again"):
            load(shelf, f"{shelf.url}/in")
        assert shelf.landing.ledger() == []

    def test_a_bucket_that_does_not_exist_is_named(self, shelf: Shelf) -> None:
        with pytest.raises(InputError, match="There is no bucket `s3://no-such-bucket`"):
            load(shelf, "s3://no-such-bucket/in")

    @pytest.mark.parametrize("keys", [(STRANGER, STRANGERS_SECRET), (KEY, "wrong-canary"), ("UNKNOWN", SECRET)])
    def test_a_refusal_says_so_without_the_keys(
        self, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, str]
    ) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys[0])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys[1])
        with pytest.raises(AccessError, match=r"refuses `s3://.*\(403.*\).* may list and read") as refused:
            load(shelf, f"{shelf.url}/in")
        said = f"{refused.value!r} {refused.value.__cause__!r}"
        assert not any(word in said for word in (*keys, "canary", "Signature="))

    def test_an_object_replaced_while_it_is_read_is_not_loaded(self, shelf: Shelf) -> None:
        [file] = Bucket(f"{shelf.url}/in").files()
        shelf.put("in/a.ndjson", event("s", 0))
        with pytest.raises(InputError, match="changed while it was read"), file.fetched():
            pass

    def test_what_does_not_fit_on_the_disk_is_not_fetched(self, shelf: Shelf, way: Way) -> None:
        [file] = Bucket(f"{shelf.url}/in").files()
        way.asked.clear()
        with pytest.raises(InputError, match="set TMPDIR"), replace(file, size=10**18).fetched():
            pass
        assert way.asked == []


@pytest.mark.parametrize("url", ["s3://", "s3:///folder", "s3://key:secret@bucket/folder", "ftp://bucket/folder"])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="s3://BUCKET/FOLDER") as refused:
        Bucket(url)
    assert "secret" not in str(refused.value)


def test_the_landing_place_may_be_an_address_but_hold_no_password() -> None:
    assert Settings.from_env({"UXPIPELINE_LANDING": "s3://bucket/in"}).landing == "s3://bucket/in"
    with pytest.raises(ConfigurationError, match="holds a password") as refused:
        Settings.from_env({"UXPIPELINE_LANDING": "s3://key:secret@bucket/in"})
    assert "secret" not in str(refused.value)


def test_nothing_of_the_keys_is_stored(shelf: Shelf) -> None:
    shelf.put("in/a.ndjson", event("s", 0))
    run_landing(shelf)
    stored = column(
        shelf.landing.connection,
        "select t::text from uxpipeline.ingest_files t union all select t::text from uxpipeline.bucket_files t"
        " union all select t::text from uxpipeline.bucket_listings t",
    )
    assert len(stored) == 3
    assert not any(word in row for row in stored for word in (KEY, SECRET))
