"""From a line of a file to its final outcome: decoded, mapped, masked, checked.

What comes out can be stored as it is; nothing after this module sees what a visitor typed or who they are.
"""

import json
from datetime import datetime

from msgspec.structs import replace

from uxpipeline.ingest.cleaning import shortened
from uxpipeline.ingest.detectors import mask_pii
from uxpipeline.ingest.limits import is_session_id
from uxpipeline.ingest.lines import RawLine
from uxpipeline.ingest.privacy import RecordMasker, mask_json, mask_text
from uxpipeline.ingest.records import Accepted, Ignored, JsonObject, Outcome, Rejected
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.sources.base import Source
from uxpipeline.ingest.strict_json import decode
from uxpipeline.ingest.validate import Validator
from uxpipeline.subjects.tombstones import Tombstones

ERASED = Ignored(None, None, "erased_session")
"""A line of a session whose erasure was asked for: nothing of it is kept."""
MAX_KIND_BYTES = 100
MAX_PAYLOAD_CHARACTERS = 8192
TEXT_KEYS = frozenset({"element_text", "$el_text"})
# Who a visitor is, in the words of the sources: a rejected line is kept without it.
IDENTITY_KEYS = frozenset(
    {"visitor_key", "distinct_id", "person_id", "person_properties", "$device_id", "$user_id", "$set", "$set_once"}
)


class LineTransformer:
    """Turns the lines of one source into outcomes; keeps nothing between lines."""

    def __init__(self, source: Source, *, earliest: datetime, now: datetime, erased: Tombstones) -> None:
        """Accept event times from `earliest` until shortly after `now`; hash visitors with the key of `erased`."""
        self._source = source
        self._masker = RecordMasker(erased.key)
        self._erased = erased
        self._validator = Validator(earliest, now)

    def outcome(self, line: RawLine) -> Outcome:
        """Return what becomes of a line; no content of it can raise."""
        if line.refusal is not None:
            return line.refusal
        try:
            return self._storable(self._source.parse(decode(line.raw)))
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
        records = tuple(self._validator.check(self._masker.mask(record)) for record in outcome.records)
        return Accepted(outcome.source_id, outcome.session_id, kind, records)


def quarantine_payload(raw: bytes) -> str:
    """Return a rejected line as it may be kept in quarantine: masked, and cut where it is long."""
    try:
        text = json.dumps(mask_json(_without_identity(decode(raw))), ensure_ascii=False)
    except LineRefused:
        text = mask_pii(raw.decode(errors="replace"))
    return text[:MAX_PAYLOAD_CHARACTERS]


def _without_identity(value: JsonObject) -> JsonObject:
    kept: JsonObject = {}
    for key, item in value.items():
        if key in TEXT_KEYS and isinstance(item, str):
            kept[key] = mask_text(item, None)
        elif key not in IDENTITY_KEYS:
            kept[key] = _without_identity(item) if isinstance(item, dict) else item
    return kept
