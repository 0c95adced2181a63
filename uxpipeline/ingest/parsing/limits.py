"""Bounds of single values, as the tables' CHECK constraints have them."""

import re
from typing import Any

from msgspec.json import encode

from uxpipeline.ingest.masking.cleaning import visible
from uxpipeline.ingest.memo import Memo
from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused

MAX_NAME_BYTES = 200
MAX_INTEGER = 2**31 - 1
MAX_JSON_BYTES = 65_536
MAX_SMALL_JSON_BYTES = 4096

_EMAIL_LIKE = re.compile(r"@|%(?:25)*40|\uff20", re.IGNORECASE)


def is_session_id(value: str) -> bool:
    """Tell whether `value` can name a session: not empty, not too long, visible, nobody's address or number."""
    return 0 < len(value) <= MAX_NAME_BYTES and _SESSION_IDS[value]


def _is_session_id(value: str) -> bool:
    return (
        len(value.encode()) <= MAX_NAME_BYTES
        and visible(value) == value
        and not value.isspace()
        and not value.isdecimal()
        and not _EMAIL_LIKE.search(value)
    )


_SESSION_IDS = Memo(_is_session_id)


def name(value: str, field: str) -> str:
    """Return a name that rows are joined by: it is refused rather than masked or shortened."""
    cleaned = visible(value).strip()
    if not cleaned:
        raise LineRefused("missing_field", field)
    if _EMAIL_LIKE.search(cleaned):
        raise LineRefused("bad_name", field)
    if len(cleaned.encode()) > MAX_NAME_BYTES:
        raise LineRefused("too_long", field)
    return cleaned


def check_integer(value: int | None, field: str, lowest: int = 0) -> None:
    """Refuse a number below `lowest` or beyond the column."""
    if value is not None and not lowest <= value <= MAX_INTEGER:
        raise LineRefused("number_out_of_range", field)


def check_json(value: JsonObject, field: str) -> None:
    """Refuse an object that is too large."""
    if value and not fits(value, MAX_JSON_BYTES):
        raise LineRefused("too_large", field)


def fits(value: JsonObject, limit: int) -> bool:
    """Tell whether an object stays within `limit` bytes of a `jsonb` column."""
    # No value takes more than sixteen bytes for one of its notation: the common case needs no walk.
    return len(encode(value)) * 16 <= limit or stored_size(value) <= limit


def stored_size(value: Any) -> int:  # noqa: ANN401 - any JSON value
    """Return an upper bound of what PostgreSQL's `jsonb` needs for `value`.

    Text is no measure: `[1,1,1]` takes six times its length.
    """
    if isinstance(value, str):
        return 4 + len(value.encode())
    if isinstance(value, dict):
        return 16 + sum(4 + len(key.encode()) + stored_size(item) for key, item in value.items())
    if isinstance(value, list):
        return 16 + sum(map(stored_size, value))
    return 4 if value is None or isinstance(value, bool) else 20 + len(repr(value)) // 2
