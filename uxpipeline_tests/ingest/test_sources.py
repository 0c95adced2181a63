import pytest

from uxpipeline.errors import InputError
from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.sources.base import SOURCES, detect, source_named
from uxpipeline.ingest.sources.context import Context
from uxpipeline_tests.ingest.builders import native_event, posthog_line


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        ([native_event()], "native"),
        ([{"kind": "session", "session_id": "s"}], "native"),
        ([{}, {"other": 1}, native_event()], "native"),
        ([posthog_line()], "posthog"),
        ([posthog_line(distinct_id=...), {}], "posthog"),
        ([{"event_id": "e", "collector_tstamp": "2026-11-22 12:27:58.968", "event": "page_view"}], "snowplow"),
        ([], None),
        ([{"files": ["a.jsonl"]}], None),
        ([{"session_id": "s", "type": 0, "data": {}, "timestamp": 1795352828745}], "rrweb"),
        ([{"session_id": "s", "type": "0", "data": {}, "timestamp": 1795352828745}], None),
        ([{"type": "page", "messageId": "ajs-1", "anonymousId": "a"}], "segment"),
        ([{"type": "track", "messageId": "ajs-1", "userId": "u"}], "segment"),
        ([{"type": "page", "messageId": "1", "anonymousId": "a", "request_ip": "::1"}], "rudderstack"),
        (
            [{"type": "page", "messageId": "1", "context": {"library": {"name": "RudderLabs JavaScript SDK"}}}],
            "rudderstack",
        ),
        ([{"type": "page", "messageId": "1", "context": 5, "anonymousId": "a"}], "segment"),
    ],
)
def test_a_file_is_recognised_by_its_first_objects(sample: list[JsonObject], name: str | None) -> None:
    found = detect(sample, Context())
    assert (found and found.name) == name


@pytest.mark.parametrize("name", ["native", "posthog", "rrweb", "rudderstack", "segment", "snowplow"])
def test_a_source_can_be_named(name: str) -> None:
    assert source_named(name, Context()).name == name
    assert SOURCES[name].name == name


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError) as error:
        source_named("matomo", Context())
    assert "matomo" in error.value.problem
    assert "native, posthog" in error.value.remedy
