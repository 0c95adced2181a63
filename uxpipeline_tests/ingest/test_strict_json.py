import json
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.files import strict_json
from uxpipeline.ingest.files.strict_json import decode, decode_all_clean, decode_clean
from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused


def nested(depth: int) -> bytes:
    """An object with `depth` levels of containers, itself included."""
    return b'{"a":' + b"[" * (depth - 1) + b"1" + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a": "\xff\xfe"}', "not_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "not_utf8"),
        ('{"a": 1}'.encode("utf-16"), "not_utf8"),
        (b"{", "not_json"),
        (b'{"a": 1} {"a": 2}', "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": 01}', "not_json"),
        (b'{"a": "\t"}', "not_json"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b'{"a": NaN}', "non_finite_number"),
        (b'{"a": [-Infinity]}', "non_finite_number"),
        (b'{"a": 1e400}', "non_finite_number"),
        (b'{"a": -1e200000}', "non_finite_number"),
        (b'{"a": ' + b"9" * 401 + b"}", "integer_too_long"),
        (b'{"a": ' + b"9" * 5000 + b"}", "integer_too_long"),
        (b'{"a": 1, "a": 1}', "duplicate_key"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "duplicate_key"),
        (b'{"a": 1, "a": "\\u0022:"}', "duplicate_key"),
        (b'{"a": 1, "a": "\\"\\u003A"}', "duplicate_key"),
        (b'{"a" : 1, "a": 1}', "duplicate_key"),
        (b'{"a": "x\\u0000"}', "nul_character"),
        (b'{"\\u0000": 1}', "nul_character"),
        (b'{"a": "\x00"}', "nul_character"),
        ('{"a": 1}'.encode("utf-16-le"), "nul_character"),
        (b'{"a": "\\ud83d"}', "lone_surrogate"),
        (b'{"a": ["\\uDE00\\uD83D"]}', "lone_surrogate"),
        (b'{"\\ud800": 1}', "lone_surrogate"),
        (nested(65), "too_deep"),
        (nested(900), "too_deep"),
        (nested(50_000), "too_deep"),
        (b"[" * 50_000, "too_deep"),
        (json.dumps({str(number): 1 for number in range(10_001)}).encode(), "too_many_keys"),
        (json.dumps({"a": [{"b": 1}] * 10_000}).encode(), "too_many_keys"),
    ],
)
def test_refuses_what_is_no_clean_object(raw: bytes, reason: str) -> None:
    with pytest.raises(LineRefused) as refusal:
        decode(raw)
    assert refusal.value.rejected.reason == reason


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": 9007199254740993}', {"a": 9007199254740993}),
        (b'{"a": ' + b"9" * 400 + b"}", {"a": int("9" * 400)}),
        (b'{"a": 1e308, "b": 1e-400}', {"a": 1e308, "b": 0.0}),
        (b'{"a": "\\ud83d\\ude00 \\\\u0000 \\\\ud83d"}', {"a": "\U0001f600 \\u0000 \\ud83d"}),
        (b'{"": 1, "__proto__": {}}', {"": 1, "__proto__": {}}),
        (b' {"a": [{"b": 1}, {"b": 2}]}\r', {"a": [{"b": 1}, {"b": 2}]}),
        (json.dumps({str(n): ":" for n in range(10_000)}).encode(), {str(n): ":" for n in range(10_000)}),
    ],
)
def test_keeps_every_clean_object_as_it_is(raw: bytes, value: JsonObject) -> None:
    assert decode(raw) == value


def test_depth_counts_containers_not_brackets_in_text() -> None:
    assert decode(nested(64))
    assert decode(json.dumps({"a": "[" * 100, "b": [[]] * 100}).encode())


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_bytes_escape_the_rules(raw: bytes) -> None:
    with suppress(LineRefused):
        assert isinstance(decode(raw), dict)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_whatever_python_writes_comes_back_equal_and_storable_or_is_refused(value: JsonObject) -> None:
    with suppress(LineRefused):
        assert decode(json.dumps(value).encode()) == value
        assert json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


pieces = st.sampled_from(
    [*'{}[]":,', " ", "\t", "\r", "\n", "\\", '\\"', "\\u0022", "a", "b", "é", "1", "-1.5e3", "null", "NaN"]
)
texts = st.sampled_from(["a", "b", '":', " ", "\\", "é", "\t"])
scalars = st.sampled_from([1, 2**64, -0.5, None, True]) | texts


@st.composite
def written_objects(draw: st.DrawFn, depth: int = 2) -> str:
    """JSON as some program may write it: keys again, white space wherever it may stand, escapes that need not be."""
    space = st.sampled_from(["", "", "", " ", "\t", "\r\n"])
    escaped = st.booleans()
    pairs = []
    for _ in range(draw(st.integers(0, 3))):
        key = json.dumps(draw(texts), ensure_ascii=draw(escaped))
        if draw(escaped):
            key = key.replace('\\"', "\\u0022")
        nested = depth and draw(escaped)
        value = draw(written_objects(depth - 1)) if nested else json.dumps(draw(scalars), ensure_ascii=draw(escaped))
        pairs.append(f"{draw(space)}{key}{draw(space)}:{draw(space)}{value}{draw(space)}")
    return "{" + ",".join(pairs) + "}"


RAW = written_objects().map(str.encode) | st.lists(pieces).map(lambda found: "".join(found).encode())


def decoded(raw: bytes) -> object:
    try:
        return repr(decode(raw))
    except LineRefused as refusal:
        return refusal.rejected


@given(RAW)
def test_the_fast_way_says_what_the_strict_one_says(raw: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_json, "decode_clean", lambda *_: None)
        strictly = decoded(raw)
    assert decoded(raw) == strictly


OBJECTS = msgspec.json.Decoder(JsonObject)


@given(
    st.lists(RAW | st.sampled_from([nested(65), b'{"a": ' + b"9" * 401 + b"}", b'{"a": 1, "a": ":"}', b""]), max_size=5)
)
def test_lines_decoded_together_are_decoded_as_alone(lines: list[bytes]) -> None:
    alone = [decode_clean(line, OBJECTS) for line in lines]
    assert repr(decode_all_clean(lines, OBJECTS)) == repr(alone)
