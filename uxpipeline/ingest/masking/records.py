"""What of a visitor may be stored: masked by default, so that a leak in a page does not become a leak in a table."""

import hmac
import re
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any

from msgspec.structs import replace

from uxpipeline.ingest.masking.detectors import mask_pii
from uxpipeline.ingest.masking.urls import clean_referrer, clean_url
from uxpipeline.ingest.masking.user_agents import coarse_user_agent
from uxpipeline.ingest.memo import Memo
from uxpipeline.ingest.records import (
    Assignment,
    Conversion,
    Event,
    FunnelStep,
    JsonObject,
    Moment,
    Record,
    Remark,
    Session,
)
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.settings import Masking

KEPT_TEXT_TYPES = frozenset({"button", "a", "link", "label", "summary"})
MAX_TEXT_CHARACTERS = 80

_SHAPE = re.compile(r"<text len=\d+ digits=\d+>")
_MASKED_TYPES = frozenset({str, dict, list})
_WEB_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def mask_text(text: str, element_type: str | None) -> str:
    """Return the text of a control when it is short, else only the shape of the text: `<text len=17 digits=4>`."""
    return (_CONTROL_TEXTS if element_type in KEPT_TEXT_TYPES else _SHAPES)[text]


def _shape(text: str) -> str:
    return text if _SHAPE.fullmatch(text) else f"<text len={len(text)} digits={sum(map(str.isdigit, text))}>"


def _control_text(text: str) -> str:
    if _SHAPE.fullmatch(text):
        return text
    masked = mask_pii(text)
    return masked if len(masked) <= MAX_TEXT_CHARACTERS else _shape(text)


_SHAPES = Memo(_shape)
_CONTROL_TEXTS = Memo(_control_text)


def mask_json(value: JsonObject) -> JsonObject:
    """Return `value` with keys and strings masked, at any depth; web addresses are cleaned as URLs."""
    return {mask_pii(key): _mask_value(item) if type(item) in _MASKED_TYPES else item for key, item in value.items()}


def mask_objects(values: Sequence[JsonObject]) -> Sequence[JsonObject]:
    """Return what `mask_json` makes of each value; quicker where it would leave them all as they are."""
    items = [*chain.from_iterable(map(dict.values, values))]
    types = {*map(type, items)}
    if types.isdisjoint({dict, list}):
        different = {*chain.from_iterable(values), *(items if str in types else ())}
        if all(_mask_value(item) == item for item in different):
            return values
    return [*map(mask_json, values)]


def visitor_hash(key: bytes, visitor: str) -> str:
    """Return the pseudonym of a visitor: the same for the same key, meaningless without it."""
    return hmac.digest(key, visitor.encode(), "sha256").hex()[:32]


class RecordMasker:
    """Masks every field of a record that may say who somebody is."""

    def __init__(self, key: bytes, masking: Masking = "strict") -> None:
        """Use `key` for the pseudonyms of visitors.

        Visitors, addresses and user agents are masked always. Of texts `strict` keeps those of controls, `balanced` all
        but what the detectors find, `off` everything.
        """
        self._hashes = Memo(partial(visitor_hash, key))
        self._masking = masking

    def mask(self, record: Record) -> Record:
        """Return `record` as it may be stored.

        Raises:
            LineRefused: `bad_url`, an event's page has no address that could be kept.
        """
        if isinstance(record, Event):
            return self._mask_event(record)
        if isinstance(record, Session):
            return self._mask_session(record)
        if isinstance(record, Moment):
            return replace(record, visitor=self._hashes[record.visitor])
        return record if self._masking == "off" else _mask_told(record)

    def _mask_session(self, session: Session) -> Session:
        return replace(
            session,
            landing_page=session.landing_page and clean_url(session.landing_page),
            exit_page=session.exit_page and clean_url(session.exit_page),
            referrer=session.referrer and clean_referrer(session.referrer),
            user_agent=session.user_agent and coarse_user_agent(session.user_agent),
            visitor=session.visitor and self._hashes[session.visitor],
        )

    def _mask_event(self, event: Event) -> Event:
        page_url = clean_url(event.page_url)
        if event.page_url and not page_url:
            raise LineRefused("bad_url", "page_url")
        return replace(event, page_url=page_url) if self._masking == "off" else self._mask_texts(event, page_url)

    def _mask_texts(self, event: Event, page_url: str) -> Event:
        text = event.element_text
        if text:
            text = mask_text(text, event.element_type) if self._masking == "strict" else mask_pii(text)
        return replace(
            event,
            page_url=page_url,
            element_path=event.element_path and mask_pii(event.element_path),
            element_type=event.element_type and mask_pii(event.element_type),
            element_text=text,
            component_id=event.component_id and mask_pii(event.component_id),
            coordinates=event.coordinates and _mask_value(event.coordinates),
            viewport_size=event.viewport_size and _mask_value(event.viewport_size),
            event_data=event.event_data and mask_json(event.event_data),
            metadata=event.metadata and mask_json(event.metadata),
        )


def _mask_told(record: FunnelStep | Assignment | Conversion | Remark) -> Record:
    """Mask what a source tells about rows that name no visitor; remarks as the rows that they are about."""
    if isinstance(record, FunnelStep):
        reason = record.dropoff_reason
        return replace(record, dropoff_reason=reason and mask_pii(reason), metadata=mask_json(record.metadata))
    if isinstance(record, Assignment):
        return replace(record, metadata=mask_json(record.metadata))
    if isinstance(record, Conversion):
        return record
    subject = mask_pii(record.subject) if record.kind == "dead_click" else _mask_value(record.subject)
    return replace(record, subject=subject, value=_mask_value(record.value))


def _mask_value(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return clean_url(value) if "://" in value and _WEB_ADDRESS.match(value) else mask_pii(value)
    if isinstance(value, dict):
        return mask_json(value)
    if isinstance(value, list):
        return [_mask_value(item) for item in value]
    return value
