"""Plain events are taken by column: what becomes of a line is what becomes of it when it is taken alone."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.files.lines import MAX_LINE_BYTES, Block, lines_of
from uxpipeline.ingest.funnels import FunnelRules
from uxpipeline.ingest.parsing import plain_events
from uxpipeline.ingest.parsing.parser import Parser, Parsing
from uxpipeline.ingest.parsing.plain_events import PlainEvents
from uxpipeline.ingest.parsing.rows import COLUMNS, EVENTS, Rows, Staged
from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.native import Native
from uxpipeline.settings import Masking
from uxpipeline.subjects.tombstones import Tombstones, tombstone
from uxpipeline_tests.ingest.builders import EARLIEST, NOW, RULES, native_event

KEY = b"key"
ERASED = Tombstones(KEY, frozenset({tombstone(KEY, "erased")}))
MASKINGS: tuple[Masking, ...] = ("strict", "balanced", "off")
PARSERS = [
    Parser(Parsing(7, "native", Context(rules=rules), EARLIEST, NOW, ERASED, masking))
    for masking in MASKINGS
    for rules in (RULES, FunnelRules())
]
FULL = native_event(
    element_path="main > button#pay",
    element_type="button",
    element_text="Pay now",
    coordinates={"x": 1, "y": 2.5},
    viewport_size={"width": 400},
    event_data={"hesitation_ms": 4200.12345, "by": "jane@example.com"},
    component_id="a\\b",
    metadata={"sdk": "beacon", "jane@example.com": [{"page": "https://x.test/?q=1"}]},
    received_at="2026-10-05T09:38:47+02:00",
)
TEXTS = [
    *("", " ", "a", "\\", "\\N", "\t\n\r", "\x02", "é", "\u202ea\u200b", '":', '":{', "x" * 201, "é" * 600, "x" * 5000),
    *(
        "jane@example.com",
        "+49 170 1234567",
        "https://x.test/a/12345?q=jane&utm_source=a",
        "//",
        "http://[",
        "mailto:a@b",
    ),
    *(
        "button",
        "A",
        "click",
        "page_view",
        "form_start",
        "session",
        "event",
        "erased",
        "12345",
        "https://x.test/product",
    ),
    *("01A10B00-37FF-7C36-B988-312EE5154704", "01a10b0037ff7c36b988312ee5154704"),
    *("2026-10-05t07:38:46z", "2026-10-05 07:38:46.123456789-01:30", "2026-10-05T07:38:46", "2026-10-05T07:38:46+0100"),
    *("2026-02-30T00:00:00Z", "2026-10-05T07:38:60Z", "2019-12-31T23:59:59Z", "2026-12-02T00:00:00Z"),
    "0001-01-01T00:00:00+01:00",
]
KEYS = ["x", "consent", "changes", "form_id", "hesitation_ms", "percentage", "hesitation_ms\u200b"]
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(TEXTS) | st.text()
keys = st.sampled_from(KEYS) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=4
)
changes = st.dictionaries(
    st.sampled_from([*FULL, "kind", "visitor_key"]),
    scalars | st.dictionaries(keys, values, max_size=4) | st.just(...),
    max_size=4,
)


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A line nearly as it should be, as some program may write it; some have a key twice, or lost a byte."""
    line = {key: value for key, value in (FULL | draw(changes)).items() if value is not ...}
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :\t")]))
    raw = json.dumps(line, ensure_ascii=draw(st.booleans()), separators=separators).encode(errors="surrogatepass")
    again = draw(st.sampled_from([b"", b"", b"", b',"session_id":"s"}', b',"event_data":{"a":1,"a":"\\u003a"}}']))
    raw = (raw[:-1] + again if again else raw).replace(b"\n", b"")
    lost = draw(st.none() | st.none() | st.integers(0, len(raw)))
    return raw if lost is None else raw[:lost] + raw[lost + 1 :]


@pytest.fixture(scope="module", autouse=True)
def few_at_a_time() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_events, "_LINES_AT_A_TIME", 3)
        yield


def block(*lines: bytes, first: int = 1) -> Block:
    return Block(first, len(lines), b"\n".join(lines))


def rows(staged: Staged) -> dict[str, list[list[str]]]:
    """Rows of each table, in the order of their lines."""
    found = {
        table: [row.split("\t") for row in data.decode().split("\n")[:-1]] for table, data in staged.blocks.items()
    }
    return {table: sorted(of_table, key=lambda row: int(row[1])) for table, of_table in found.items()}


def one_by_one(parser: Parser, lines: Block) -> dict[str, list[list[str]]]:
    """What lines become the careful way."""
    return rows(parser.staged([*lines_of([lines])]))


def others(lines: Block, rules: FunnelRules = RULES) -> list[int]:
    """The lines that are not plain."""
    plain = PlainEvents(Native(Context(rules=rules)), earliest=EARLIEST, now=NOW, erased=ERASED)
    return [line.number for line in plain.take(lines, Rows(7))]


@pytest.mark.parametrize("parser", PARSERS)
@given(line=written())
def test_a_line_becomes_the_same_either_way(parser: Parser, line: bytes) -> None:
    lines = block(line)
    assert rows(parser.staged(lines)) == one_by_one(parser, lines)


@given(
    st.lists(written() | st.sampled_from([b"", b" \r", b"{", json.dumps(FULL).encode()]), max_size=6), st.integers(1, 9)
)
def test_lines_become_the_same_beside_others(lines: list[bytes], first: int) -> None:
    some = block(*lines, first=first)
    by_column, alone = rows(PARSERS[0].staged(some)), one_by_one(PARSERS[0], some)
    # What an event repeats of its session may be staged once more where lines went both ways.
    assert {**by_column, "stage_sessions": []} == {**alone, "stage_sessions": []}
    assert sessions_begun(by_column) == sessions_begun(alone)


def sessions_begun(found: dict[str, list[list[str]]]) -> dict[str, list[str]]:
    """The earliest thing said of each session."""
    begun: dict[str, list[str]] = {}
    for row in found.get("stage_sessions", []):
        begun[row[2]] = min(begun.get(row[2], row[3:]), row[3:])
    return begun


PLAIN: list[JsonObject] = [
    {},
    {"kind": "event"},
    {"id": "01A10B00-37FF-7C36-B988-312EE5154704"},
    {"element_text": None, "coordinates": None, "event_data": None, "metadata": None, "received_at": None},
    {"element_text": ..., "coordinates": ..., "event_data": ..., "metadata": ..., "received_at": ...},
    {"element_text": "", "coordinates": {}, "event_data": {}, "metadata": {}},
    {"element_text": "\t\\ jane@example.com \u202e", "element_type": "p"},
    {"event_data": {"a\\": '"\t\\N'}, "metadata": {"sdk": "beacon"}},
    {"event_data": {"a": {"b": "jane@example.com"}}, "metadata": {"a": ["jane@example.com"]}},
    {"timestamp": "2026-10-05 09:38:46.143+02:00"},
    {"received_at": "2027-10-05T09:38:46Z"},
    {"metadata": {"consent": True}},
    {"event_type": "page_view"},
]
CAREFUL: list[JsonObject] = [
    {"id": ...},
    {"id": "01a10b0037ff7c36b988312ee5154704"},
    {"kind": "session"},
    {"session_id": "erased"},
    {"timestamp": "2019-12-31T23:59:59Z"},
    {"timestamp": "2026-10-05T07:38:46"},
    {"received_at": ""},
    {"metadata": {"consent": False}},
    {"event_data": {"percentage": 101}},
    {"event_data": {"hesitation_ms\u200b": -1}},
    {"page_url": "https://x.test/" + "a/" * 600},
    {"event_type": "page_view", "page_url": "/product"},
    {"coordinates": {"x": "y" * 300}},
    {"unknown": 1},
    {"component_id": "x" * MAX_LINE_BYTES},
]
# Behind all but the last bracket of a line: keys again, once with as many colons as go with those before; too much.
BEHIND = [
    b',"session_id":"s"}',
    b',"event_data":{"a":1,"a":2}}',
    b',"kind":"\\u003a","kind":"event"}',
    b',"event_data":{"a":"\\u003a\\u003a\\u003A"}}',
    b"}" + b" " * MAX_LINE_BYTES,
]


def changed(changes: JsonObject) -> bytes:
    return json.dumps({key: value for key, value in (FULL | changes).items() if value is not ...}).encode()


@pytest.mark.parametrize("changes", PLAIN)
def test_what_makes_an_event_and_nothing_else_is_plain(changes: JsonObject) -> None:
    assert others(block(changed(changes))) == []


@pytest.mark.parametrize("changes", CAREFUL)
def test_what_needs_care_is_not_plain(changes: JsonObject) -> None:
    assert others(block(changed({}), changed(changes), first=4)) == [5]


@pytest.mark.parametrize("behind", range(len(BEHIND)))
def test_a_line_that_breaks_a_rule_of_its_bytes_is_not_plain(behind: int) -> None:
    assert others(block(changed({})[:-1] + BEHIND[behind], changed({}), first=4)) == [4]


@pytest.mark.parametrize("parser", PARSERS)
def test_known_lines_become_the_same_either_way(parser: Parser) -> None:
    for line in [*map(changed, PLAIN + CAREFUL), *(changed({})[:-1] + more for more in BEHIND)]:
        assert rows(parser.staged(block(line))) == one_by_one(parser, block(line)), line


def test_events_of_a_session_say_once_where_it_began() -> None:
    at = datetime(2026, 10, 5, tzinfo=UTC)
    minutes = (10, 10, 12, 5, 6, 34, 35)
    lines = [FULL | {"page_url": f"/{page}", "timestamp": (at + timedelta(minutes=after)).isoformat()}
             for page, after in zip("abcdefg", minutes, strict=True)]  # fmt: skip
    some = block(*(json.dumps(line).encode() for line in lines))
    staged = rows(PARSERS[0].staged(some))["stage_sessions"]
    assert [row[COLUMNS["stage_sessions"].index("landing_page")] for row in staged] == ["/a", "/b", "/d", "/g"]
    assert staged == one_by_one(PARSERS[0], some)["stage_sessions"]


def test_lines_that_are_asked_for_alone_are_the_only_ones() -> None:
    some = block(*[json.dumps(FULL).encode()] * 3)
    parsing = Parsing(7, "native", Context(rules=RULES), EARLIEST, NOW, ERASED, only=frozenset({2}))
    parser = Parser(parsing)
    assert [[row[1] for row in rows(parser.staged(chunk))[EVENTS]] for chunk in parser.chunks([some])] == [["2"]]


def test_a_mistake_costs_no_line_but_the_one_it_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    def clumsy(_value: object) -> NoReturn:
        raise KeyError("jane@example.com")

    monkeypatch.setattr(plain_events, "to_builtins", clumsy)
    some = block(*[changed({})] * 5)
    assert others(some) == [1, 2, 3, 4, 5]
    assert rows(PARSERS[0].staged(some)) == one_by_one(PARSERS[0], some)
