import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.ids import content_id, derived_id, parse_id
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline_tests.ingest.builders import EVENT_ID, native_event


def test_an_id_is_read_in_any_case() -> None:
    assert parse_id(EVENT_ID.upper(), "id") == UUID(EVENT_ID)


@pytest.mark.parametrize(
    "value", [None, 5, "", "x", EVENT_ID[:-1], EVENT_ID.replace("-", ""), f"{{{EVENT_ID}}}", "é" * 36]
)
def test_anything_but_a_uuid_is_refused(value: object) -> None:
    with pytest.raises(LineRefused) as refusal:
        parse_id(value, "uuid")
    assert (refusal.value.rejected.reason, refusal.value.rejected.detail) == ("bad_id", "uuid")


def test_derived_ids_are_those_of_every_earlier_release() -> None:
    assert derived_id("session", "form", "form_start") == UUID("419eea75-6688-5716-8705-9f6fb6d66d0d")
    assert content_id("s", "event", {"b": [1, 2.5], "a": "é"}) == UUID("3330c38c-3f55-5045-95bb-bfe3c9606780")


def test_parts_cannot_run_into_each_other() -> None:
    assert derived_id("ab", "c") != derived_id("a", "bc")


@given(st.permutations(list(native_event(id=...).items())))
def test_the_order_of_keys_says_nothing(items: list[tuple[str, object]]) -> None:
    line = native_event(id=...)
    assert content_id("s", "event", dict(items)) == content_id("s", "event", line)
    assert content_id("s", "event", {**line, "kind": "event"}) == content_id("s", "event", line)


def test_every_other_difference_makes_another_id() -> None:
    line = native_event(id=...)
    others = [{**line, "timestamp": "2026-10-05T07:38:46.144+00:00"}, {**line, "event_data": {"n": 1}}]
    ids = {content_id("s", "event", json.loads(json.dumps(each))) for each in (line, *others)}
    assert len(ids | {content_id("t", "event", line), content_id("s", "session", line)}) == 5
