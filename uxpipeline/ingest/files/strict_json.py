"""Decoding of one line to a JSON object that PostgreSQL's `jsonb` can hold, whatever the bytes are.

Python's own decoder takes more than JSON: NaN, numbers beyond all range, repeated keys, unpaired surrogates. What is
refused, and why, is decided here with its help. Lines in which nothing can be wrong, as nearly all are, take a way that
is several times faster.
"""

import math
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import repeat
from json import JSONDecoder
from typing import Any, NoReturn, TypeVar

import msgspec

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused

MAX_DEPTH = 64
MAX_KEYS = 10_000
MAX_INTEGER_DIGITS = 400

_ESCAPED_NUL_OR_SURROGATE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_RISKY_ESCAPE = re.compile(rb"\\u(?:0000|003[aA]|[dD][89a-fA-F])")
# Of a number with too many digits every fortieth byte alone shows ten digits.
_STRIDE = 40
_LONG_INTEGER = re.compile(rb"[0-9]{%d}" % (MAX_INTEGER_DIGITS // _STRIDE))
_OBJECT = msgspec.json.Decoder(JsonObject)
_ENCODER = msgspec.json.Encoder()
_SURROGATE = re.compile("[\ud800-\udfff]")
T = TypeVar("T")


def decode(raw: bytes | str, max_depth: int = MAX_DEPTH, max_keys: int = MAX_KEYS) -> JsonObject:
    """Return the object a line holds.

    Raises:
        LineRefused: `not_utf8`, `not_json`, `not_an_object`, `duplicate_key`, `too_deep`, `too_many_keys`,
            `nul_character`, `lone_surrogate`, `non_finite_number` or `integer_too_long`.
    """
    try:
        data = raw if isinstance(raw, bytes) else raw.encode()
        if (clean := decode_clean(data, _OBJECT)) is not None:
            return clean
        value = _DECODER.decode(data.decode())
    except UnicodeError:
        raise LineRefused("not_utf8") from None
    except RecursionError:
        raise LineRefused("too_deep") from None
    except ValueError:
        raise LineRefused("nul_character" if b"\0" in data else "not_json") from None
    if not isinstance(value, dict):
        raise LineRefused("not_an_object")
    if _needs_walk(data, max_depth, max_keys):
        _walk(value, max_depth, max_keys)
    return value


def decode_clean(data: bytes, decoder: msgspec.json.Decoder[T]) -> T | None:
    """Return what `decoder` makes of a line that provably breaks no rule and all of which it keeps, else None."""
    colons = data.count(b":")
    if colons > MAX_KEYS or _may_be_deep(data) or _may_be_wrong(data):
        return None
    try:
        value = decoder.decode(data)
        # Each key has a colon, and a text is written with as many as before: fewer means that a key was lost, as one
        # that came twice.
        return value if _ENCODER.encode(value).count(b":") == colons else None
    except (msgspec.MsgspecError, UnicodeError):
        return None


def decode_all_clean(lines: Sequence[bytes], decoder: msgspec.json.Decoder[T]) -> Sequence[T | None]:
    """Do what `decode_clean` does, faster for many lines in which something may be wrong with none."""
    together = b"\n".join(lines)
    # No line of so few bytes has more keys.
    short = max(map(len, lines), default=0) <= MAX_KEYS
    braces, brackets = (max(map(bytes.count, lines, repeat(sign)), default=0) for sign in (b"{", b"["))
    if short and braces + brackets <= MAX_DEPTH and not _may_be_wrong(together):
        with suppress(msgspec.MsgspecError, UnicodeError):
            values = [decoder.decode(line) for line in lines]
            # No line is written with more colons than it has.
            if _ENCODER.encode_lines(values).count(b":") == together.count(b":"):
                return values
    return [decode_clean(line, decoder) for line in lines]


def _may_be_wrong(data: bytes) -> bool:
    """Whether numbers may be too long, or texts hold what is not allowed or hides a colon."""
    return bool(_LONG_INTEGER.search(data[::_STRIDE]) or (b"\\" in data and _RISKY_ESCAPE.search(data)))


def _may_be_deep(line: bytes) -> bool:
    return line.count(b"{") + line.count(b"[") > MAX_DEPTH


def _needs_walk(data: bytes, max_depth: int, max_keys: int) -> bool:
    """Tell from the bytes whether the tree could break a rule: walking every line would cost more than parsing it."""
    return (
        data.count(b"{") + data.count(b"[") > max_depth
        or (len(data) > max_keys and data.count(b":") > max_keys)
        or (b"\\" in data and _ESCAPED_NUL_OR_SURROGATE.search(data) is not None)
    )


def _walk(root: JsonObject, max_depth: int, max_keys: int) -> None:
    level: list[Any] = [root]
    depth = keys = 0
    while level:
        depth += 1
        if depth > max_depth:
            raise LineRefused("too_deep")
        keys += sum(len(node) for node in level if isinstance(node, dict))
        if keys > max_keys:
            raise LineRefused("too_many_keys")
        level = [child for node in level for child in _children(node) if _is_container(child)]


def _children(node: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(node, list):
        return node
    return [*node, *node.values()]


def _is_container(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        _check_text(value)
    return isinstance(value, dict | list)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise LineRefused("nul_character")
    if _SURROGATE.search(text):
        raise LineRefused("lone_surrogate")


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise LineRefused("duplicate_key")
    return value


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise LineRefused("non_finite_number")
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_INTEGER_DIGITS:
        raise LineRefused("integer_too_long")
    return int(text)


def _constant(_name: str) -> NoReturn:
    raise LineRefused("non_finite_number")


_DECODER = JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_int=_integer, parse_constant=_constant)
