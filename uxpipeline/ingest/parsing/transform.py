"""From a line of a file to its final outcome: decoded, mapped, masked, checked.

What comes out can be stored as it is; nothing after this module sees what a visitor typed or who they are.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace

from uxpipeline.ingest.files.lines import RawLine
from uxpipeline.ingest.files.ordering import in_order
from uxpipeline.ingest.files.strict_json import decode
from uxpipeline.ingest.masking.cleaning import shortened
from uxpipeline.ingest.masking.detectors import mask_pii
from uxpipeline.ingest.masking.records import RecordMasker, mask_json, mask_text
from uxpipeline.ingest.parsing.limits import is_session_id
from uxpipeline.ingest.parsing.validate import Validator
from uxpipeline.ingest.records import (
    Accepted,
    Ignored,
    JsonObject,
    Outcome,
    Rejected,
)
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.sources.base import Source
from uxpipeline.settings import Masking
from uxpipeline.subjects.tombstones import Tombstones

ERASED = Ignored(None, None, "erased_session")
"""A line of a session whose erasure was asked for: nothing of it is kept."""
WITHOUT_CONSENT = Ignored(None, None, "no_consent")
"""A line whose visitor did not agree to be recorded, as `metadata.consent` says: nothing of it is kept, good or bad."""
MAX_KIND_BYTES = 100
MAX_PAYLOAD_CHARACTERS = 8192
TEXT_KEYS = frozenset({"element_text", "$el_text"})
# Who a visitor is, in the words of the sources: a rejected line is kept without it.
IDENTITY_KEYS = frozenset(
    {
        "visitor_key",
        *("distinct_id", "person_id", "person_properties", "$device_id", "$user_id", "$set", "$set_once"),
        *("user_id", "domain_userid", "network_userid", "refr_domain_userid", "user_fingerprint", "user_ipaddress"),
        *("anonymousId", "userId", "previousId", "groupId", "traits", "rudderId", "request_ip", "ip", "writeKey"),
    }
)
# What a visitor typed into a field, in the words of Snowplow's form tracking.
TYPED_KEYS = frozenset({"value"})
_LEFT_OUT = IDENTITY_KEYS | TYPED_KEYS
_LEFT_OUT_TEXT = re.compile(
    rf"""(\\*"(?:{"|".join(map(re.escape, sorted(_LEFT_OUT)))})\\*"\s*:\s*\\*)"(?:\\.|[^"\\])*"?""", re.DOTALL
)


class LineTransformer:
    """Turns the lines of one source into outcomes."""

    def __init__(
        self, source: Source, *, earliest: datetime, now: datetime, erased: Tombstones, masking: Masking = "strict"
    ) -> None:
        """Accept event times from `earliest` until shortly after `now`; hash visitors with the key of `erased`."""
        self._source = source
        self._masker = RecordMasker(erased.key, masking)
        self._erased = erased
        self._validator = Validator(earliest, now)

    def ordered(self, lines: Iterable[RawLine]) -> Iterator[RawLine]:
        """Return lines as the source needs them: sorted, or as they are."""
        reading = self._source.reading
        if reading.order is None:
            return iter(lines)
        return in_order(lines, reading.order, partial(decode, max_depth=reading.max_depth, max_keys=reading.max_keys))

    def outcome(self, line: RawLine) -> Outcome:
        """Return what becomes of a line; no content of it can raise."""
        if line.refusal is not None:
            return line.refusal
        try:
            content = line.decode(line.raw)
            return WITHOUT_CONSENT if _refuses_consent(content) else self._storable(self._source.parse(content))
        except LineRefused as refusal:
            return refusal.rejected
        except Exception as error:  # noqa: BLE001 - an adapter's mistake about one line must not stop the file
            return Rejected("adapter_error", type(error).__name__)

    def _storable(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Rejected):
            return outcome
        if outcome.session_id is not None and outcome.session_id in self._erased:
            return ERASED
        kind = shortened(mask_pii(outcome.kind), MAX_KIND_BYTES)
        if isinstance(outcome, Ignored):
            session_id = outcome.session_id if is_session_id(outcome.session_id or "") else None
            return replace(outcome, session_id=session_id, kind=kind)
        records = tuple(map(self._validator.check, map(self._masker.mask, outcome.records)))
        return Accepted(outcome.source_id, outcome.session_id, kind, records)


def _refuses_consent(content: JsonObject) -> bool:
    metadata = content.get("metadata")
    return isinstance(metadata, dict) and metadata.get("consent") is False


def quarantine_payload(line: RawLine) -> str:
    """Return a rejected line as it may be kept in quarantine: masked, and cut where it is long."""
    try:
        text = json.dumps(mask_json(_without_identity(line.decode(line.raw))), ensure_ascii=False)
    except LineRefused:
        text = mask_pii(_LEFT_OUT_TEXT.sub(r'\1"[left out]"', _readable(line.raw).decode(errors="replace")))
    return text[:MAX_PAYLOAD_CHARACTERS]


def _readable(raw: bytes) -> bytes:
    """Of a damaged row of a table, what comes before the first JSON: nobody can tell what people typed in it."""
    return raw if raw.lstrip().startswith(b"{") else raw.partition(b"{")[0]


def _without_identity(value: JsonObject) -> JsonObject:
    return {
        key: mask_text(item, None) if key in TEXT_KEYS and isinstance(item, str) else _nested(item)
        for key, item in value.items()
        if key not in _LEFT_OUT
    }


def _nested(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return _without_identity(value)
    if isinstance(value, list):
        return [_nested(item) for item in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        return _inside_text(value)
    return value


def _inside_text(text: str) -> Any:  # noqa: ANN401 - as above
    """Some files hold JSON as text: Parquet, tables of loaders."""
    try:
        return _nested(decode(f'{{"json": {text}}}')["json"])
    except LineRefused:
        return _LEFT_OUT_TEXT.sub(r'\1"[left out]"', text)
