import json
from collections.abc import Sequence
from typing import ClassVar

import pytest

from uxpipeline.ingest.files.lines import RawLine
from uxpipeline.ingest.parsing.transform import LineTransformer, quarantine_payload
from uxpipeline.ingest.records import Accepted, Event, Ignored, JsonObject, Outcome, Rejected
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.reading import LINE_BY_LINE, Reading
from uxpipeline.subjects.tombstones import Tombstones
from uxpipeline_tests.ingest.builders import EARLIEST, NOW, an_event, native_event, outcome, raw, transformer


class Clumsy:
    """An adapter with a mistake for one line and outcomes of its own for others."""

    name: ClassVar[str] = "clumsy"

    def __init__(self, context: Context) -> None:
        pass

    @classmethod
    def recognises(cls, sample: Sequence[JsonObject]) -> bool:
        return bool(sample)

    reading: ClassVar[Reading] = LINE_BY_LINE

    def parse(self, line: JsonObject) -> Outcome:
        match line:
            case {"reject": str(reason)}:
                return Rejected(reason)
            case {"ignore": str(kind), "session": str(session_id)}:
                return Ignored(None, session_id, kind)
            case {"store": _}:
                return Accepted("1", "session-1", "x", (an_event(element_text=5, element_type="button"),))
        raise KeyError("jane@example.com")


CLUMSY = LineTransformer(Clumsy(Context()), earliest=EARLIEST, now=NOW, erased=Tombstones(b"key"))


def test_an_adapters_mistake_costs_one_line_and_tells_no_content() -> None:
    assert CLUMSY.outcome(raw({})) == Rejected("adapter_error", "KeyError")
    assert CLUMSY.outcome(raw({"store": 1})) == Rejected("adapter_error", "TypeError")


def test_what_the_reader_refused_stays_refused() -> None:
    refusal = Rejected("line_too_long", "5 bytes")
    assert CLUMSY.outcome(RawLine(1, b"{}", refusal)) is refusal


def test_an_adapters_own_verdict_stands() -> None:
    assert CLUMSY.outcome(raw({"reject": "odd"})) == Rejected("odd")


@pytest.mark.parametrize(("session_id", "kept"), [("s", "s"), ("jane@example.com", None), ("", None)])
def test_what_is_ignored_is_counted_without_a_trace_of_the_visitor(session_id: str, kept: str | None) -> None:
    line = {"ignore": "bought by jane@example.com\u202e " + "x" * 200, "session": session_id}
    assert CLUMSY.outcome(raw(line)) == Ignored(None, kept, "bought by [email] " + "x" * 79 + "…")


def test_lines_are_decoded_mapped_masked_and_checked_in_this_order() -> None:
    text = "é" * 3000
    line = native_event(page_url="https://x.test/" + "a/12345/" * 200, element_text=text, element_type="button")
    result = outcome("native", line)
    assert isinstance(result, Accepted)
    [event] = result.records
    assert isinstance(event, Event)
    assert event.page_url == "https://x.test/" + ("a/:id/" * 200)[:982] + "…"
    assert event.element_text == "<text len=3000 digits=0>"
    assert event.metadata == {"changes": [{"field": "page_url", "reason": "shortened"}]}


@pytest.mark.parametrize(("content", "reason"), [(b"{", "not_json"), (b"[]", "not_an_object"), (b"\xff", "not_utf8")])
def test_what_is_no_object_is_refused(content: bytes, reason: str) -> None:
    assert transformer("native").outcome(RawLine(1, content)) == Rejected(reason)


def test_quarantine_keeps_what_went_wrong_and_not_who_it_was() -> None:
    line = {
        "session_id": "s",
        "event_type": "Click",
        "timestamp": "2026-10-05T07:38:46Z",
        "page_url": "https://x.test/a?name=Jane",
        "element_text": "I am Jane",
        "visitor_key": "jane",
        "properties": {"distinct_id": "jane", "$el_text": "Jane", "note": "jane@example.com"},
    }
    assert json.loads(quarantine_payload(raw(line))) == {
        "session_id": "s",
        "event_type": "Click",
        "timestamp": "2026-10-05T07:38:46Z",
        "page_url": "https://x.test/a",
        "element_text": "<text len=9 digits=0>",
        "properties": {"$el_text": "<text len=4 digits=0>", "note": "[email]"},
    }


def test_quarantine_masks_and_cuts_what_is_no_json() -> None:
    assert quarantine_payload(RawLine(1, b'{"mail": "jane@example.com", \xff')) == '{"mail": "[email]", \ufffd'
    assert len(quarantine_payload(RawLine(1, b"x " * 100_000))) == 8192
