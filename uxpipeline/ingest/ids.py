"""Identifiers: reading those a source gives, deriving the same one again where it gives none."""

import hashlib
import json
import re
from collections.abc import Sequence
from uuid import UUID, uuid5

from msgspec import convert, to_builtins

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused

_NAMESPACE = UUID("6f0d2a0e-6a0c-5d39-9b61-4c1f5f1b7a52")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def is_uuid(value: str) -> bool:
    """Tell whether `value` spells a UUID in its usual form."""
    return _UUID.fullmatch(value) is not None


def are_uuids(values: Sequence[str]) -> bool:
    """Tell whether all of `values` spell UUIDs in their usual form."""
    return all(map(_UUID.fullmatch, values))


def parse_id(value: object, field: str) -> UUID:
    """Return the UUID that `value` spells in its usual form.

    Raises:
        LineRefused: `bad_id`.
    """
    if not isinstance(value, str) or not is_uuid(value):
        raise LineRefused("bad_id", field)
    return convert(value, UUID)  # several times faster than `UUID(value)`


def spelled(identifier: UUID) -> str:
    """Return a UUID in its usual form, in lower case; several times faster than `str`."""
    text: str = to_builtins(identifier)
    return text


def derived_id(*parts: str) -> UUID:
    """Return the one UUID that these parts always give."""
    return uuid5(_NAMESPACE, "\x1f".join(parts))


def content_id(session_id: str, kind: str, line: JsonObject) -> UUID:
    """Return the UUID of a line that has none, from what it says: the same line again is the same row.

    Two lines of a session that agree in every key are one; a tracker that means both must give them ids.
    """
    said = {key: value for key, value in line.items() if key != "kind"}
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return derived_id(session_id, kind, hashlib.sha256(canonical.encode()).hexdigest())
