"""Of an erased session nothing is left in the landing place, wherever that is."""

import gzip
import json
from dataclasses import replace

import pytest

from uxpipeline.errors import StorageUnreachableError
from uxpipeline.subjects.traces import Traces, find_traces
from uxpipeline_tests.load.lines import event
from uxpipeline_tests.places.conftest import Shelf
from uxpipeline_tests.places.storage import Way

pytestmark = pytest.mark.storage


def search(shelf: Shelf) -> Traces:
    settings = replace(shelf.landing.settings, landing=f"{shelf.url}/in")
    return find_traces(shelf.landing.connection, settings, "mine")


def test_objects_that_name_a_session_are_found_whatever_their_form_and_day(shelf: Shelf) -> None:
    mine = json.dumps(event("mine", 0)).encode()
    for key in ("in/2020-01-01/old.ndjson", "in/.hidden/a.ndjson", "elsewhere/a.ndjson"):
        shelf.put_bytes(key, mine)
    shelf.put_bytes("in/b.ndjson.gz", gzip.compress(mine))
    shelf.put("in/others.ndjson", event("not-mine", 0), event("mine-too", 1))
    shelf.put_bytes("in/empty", b"")

    found = search(shelf)

    hits = ("in/.hidden/a.ndjson", "in/2020-01-01/old.ndjson", "in/b.ndjson.gz")
    assert found.files == [f"{shelf.url}/{key}" for key in hits]
    assert (found.files_searched, found.unreadable) == (4, [])


def test_an_object_that_cannot_be_read_is_named_and_the_others_are_searched(shelf: Shelf, way: Way) -> None:
    shelf.put("in/a.ndjson", event("mine", 0))
    shelf.put("in/b.ndjson", event("mine", 1))
    shelf.put_bytes("in/c.gz", gzip.compress(json.dumps(event("s", 0)).encode() * 9)[:-9])
    way.faults = [0, 403]  # the listing is answered, the first object is not

    found = search(shelf)

    assert found.unreadable == [f"{shelf.url}/in/a.ndjson", f"{shelf.url}/in/c.gz"]
    assert found.files == [f"{shelf.url}/in/b.ndjson"]


def test_each_object_is_fetched_once_and_nothing_of_it_stays(
    shelf: Shelf, way: Way, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    for number in range(3):
        shelf.put(f"in/{number}.ndjson", event("mine", number))

    assert len(search(shelf).files) == way.fetched == 3
    assert list(folder.iterdir()) == []


def test_storage_that_does_not_answer_is_no_clean_bill(shelf: Shelf, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("in/a.ndjson", event("s", 0))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("uxpipeline.ingest.files.buckets.MOST_TRIES", 0)

    with pytest.raises(StorageUnreachableError):
        search(shelf)
    assert way.fetched == 0
