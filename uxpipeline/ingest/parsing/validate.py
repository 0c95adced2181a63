"""The schema's rules for records, in one place: what a source may not say, whatever the source is.

A value that would change what a row means refuses its line; one that is only too long, or only describes the row, is
shortened or left out. An event says in `metadata.changes` what was changed on it.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, get_args

from msgspec.structs import replace

from uxpipeline.ingest.masking.cleaning import shortened, shortened_start, visible
from uxpipeline.ingest.memo import Memo
from uxpipeline.ingest.parsing.limits import (
    MAX_NAME_BYTES,
    MAX_SMALL_JSON_BYTES,
    check_integer,
    check_json,
    fits,
    is_session_id,
    name,
)
from uxpipeline.ingest.records import (
    Assignment,
    Conversion,
    Event,
    EventType,
    FunnelStep,
    JsonObject,
    Moment,
    Record,
    Remark,
    Session,
)
from uxpipeline.ingest.refusal import LineRefused

FUTURE_TOLERANCE = timedelta(minutes=5)
EVENT_TYPES = frozenset(get_args(EventType))
DEVICE_TYPES = frozenset({"mobile", "desktop", "tablet"})
EXIT_REASONS = frozenset({"timeout", "navigation", "close", "refresh"})
VARIANTS = frozenset({"A", "B"})
# The end of a path names the element, so it is the ancestors before it that go.
EVENT_TEXTS = {
    "page_url": (1000, shortened),
    "element_path": (1000, shortened_start),
    "element_type": (200, shortened),
    "element_text": (4096, shortened),
    "component_id": (200, shortened),
}
TEXT_BYTES = 1000
SESSION_NUMBER_BYTES = 20
MEASURES = {"hesitation_ms": 86_400_000, "percentage": 100}

_COUNTRY = re.compile("[A-Za-z]{2}")
_LANGUAGE = re.compile("[A-Za-z0-9_-]{1,64}")
_SCREEN = re.compile("[0-9]{1,5}x[0-9]{1,5}")
# What the views take for a number when they read it from JSON.
_NUMERIC = re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?")


class Validator:
    """Checks and normalises records against the clock of one load."""

    def __init__(self, earliest: datetime, now: datetime) -> None:
        """Accept times from `earliest` until shortly after `now`."""
        self._earliest = earliest
        self._latest = now + FUTURE_TOLERANCE

    def check(self, record: Record) -> Record:
        """Return `record` as it can be stored.

        Raises:
            LineRefused: `bad_session_id`, `bad_name`, `missing_field`, `unknown_event_type`, `unknown_variant`,
                `time_out_of_range`, `exit_before_entry`, `number_out_of_range`, `too_long` or `too_large`.
        """
        if not is_session_id(record.session_id):
            raise LineRefused("bad_session_id", "session_id")
        if isinstance(record, Event):
            return self._event(record)
        if isinstance(record, Session):
            return self._session(record)
        if isinstance(record, FunnelStep):
            return self._funnel_step(record)
        if isinstance(record, Assignment):
            return self._assignment(record)
        self._check_time(record.at, "at")
        if isinstance(record, Conversion):
            return _conversion(record)
        return _remark(record) if isinstance(record, Remark) else _sessionless(record)

    def _event(self, event: Event) -> Event:
        if event.event_type not in EVENT_TYPES:
            raise LineRefused("unknown_event_type", "event_type")
        self._check_time(event.timestamp, "timestamp")
        if not event.page_url:
            raise LineRefused("missing_field", "page_url")
        changes: list[JsonObject] = []
        values = _event_texts(event, changes)
        values |= _small_objects(event, changes)
        event_data = measured(event.event_data, changes)
        metadata = {**event.metadata, "changes": changes} if changes else event.metadata
        check_json(event_data, "event_data")
        check_json(metadata, "metadata")
        received_at = self.plausible(event.received_at)
        if not values and (event_data, metadata, received_at) == (event.event_data, event.metadata, event.received_at):
            return event
        return replace(event, **values, event_data=event_data, metadata=metadata, received_at=received_at)

    def _session(self, session: Session) -> Session:
        self._check_time(session.at, "timestamp")
        self._check_time(session.created_at, "created_at")
        check_integer(session.duration_seconds, "duration_seconds")
        check_integer(session.page_count, "page_count", lowest=1)
        country = _matching(_COUNTRY, session.country_code)
        device = session.device_type and session.device_type.lower()
        return replace(
            session,
            landing_page=_text(session.landing_page, TEXT_BYTES),
            exit_page=_text(session.exit_page, TEXT_BYTES),
            referrer=_text(session.referrer, TEXT_BYTES),
            user_agent=_text(session.user_agent, TEXT_BYTES),
            exit_reason=session.exit_reason if session.exit_reason in EXIT_REASONS else None,
            device_type=device if device in DEVICE_TYPES else None,
            screen_resolution=_matching(_SCREEN, session.screen_resolution),
            language=_matching(_LANGUAGE, session.language),
            country_code=country.upper() if country else None,
            received_at=self.plausible(session.received_at),
        )

    def _funnel_step(self, step: FunnelStep) -> FunnelStep:
        self._check_time(step.entered_at, "entered_at")
        self._check_time(step.exited_at, "exited_at")
        if step.exited_at and step.exited_at < step.entered_at:
            raise LineRefused("exit_before_entry", "exited_at")
        check_integer(step.step_order, "step_order", lowest=1)
        check_integer(step.duration_seconds, "duration_seconds")
        check_json(step.metadata, "metadata")
        return replace(
            step,
            funnel_name=name(step.funnel_name, "funnel_name"),
            step_name=name(step.step_name, "step_name"),
            dropoff_reason=_text(step.dropoff_reason, TEXT_BYTES),
            received_at=self.plausible(step.received_at),
        )

    def _assignment(self, assignment: Assignment) -> Assignment:
        if assignment.variant not in VARIANTS:
            raise LineRefused("unknown_variant", "variant")
        self._check_time(assignment.assigned_at, "assigned_at")
        check_json(assignment.metadata, "metadata")
        return replace(
            assignment,
            test_id=name(assignment.test_id, "test_id"),
            received_at=self.plausible(assignment.received_at),
        )

    def _check_time(self, moment: datetime | None, field: str) -> None:
        if moment is not None and not self._earliest <= moment <= self._latest:
            raise LineRefused("time_out_of_range", field)

    def plausible(self, moment: datetime | None) -> datetime | None:
        """Arrival is the tracker's word for what our own clock knows too: a wrong one is no reason to lose the row."""
        return moment if moment and self._earliest <= moment <= self._latest else None


def _conversion(conversion: Conversion) -> Conversion:
    test_id = name(conversion.test_id, "test_id") if conversion.test_id is not None else None
    return replace(conversion, name=name(conversion.name, "name"), test_id=test_id)


def _remark(remark: Remark) -> Remark:
    path_bytes, shorten = EVENT_TEXTS["element_path"]
    subject = shorten(visible(remark.subject), path_bytes)
    return replace(remark, subject=subject, value=shortened(visible(remark.value), MAX_NAME_BYTES))


def _sessionless(moment: Moment) -> Moment:
    """The name of a session will be the visitor's and a number."""
    if len(moment.session_id.encode()) > MAX_NAME_BYTES - SESSION_NUMBER_BYTES:
        raise LineRefused("bad_session_id", "session_id")
    return moment


def _event_texts(event: Event, changes: list[JsonObject]) -> dict[str, Any]:
    texts: dict[str, Any] = {}
    for field, stored in _EVENT_TEXTS.items():
        given = getattr(event, field)
        text = None if given is None else stored[given] or None
        if text != given:
            texts[field] = text
            if text != (visible(given) or None):
                changes.append({"field": field, "reason": "shortened"})
    return texts


def _stored(shorten: Callable[[str, int], str], limit: int, text: str) -> str:
    return shorten(visible(text), limit)


_EVENT_TEXTS = {field: Memo(partial(_stored, shorten, limit)) for field, (limit, shorten) in EVENT_TEXTS.items()}


def _text(value: str | None, limit: int) -> str | None:
    return (value and shortened(visible(value), limit)) or None


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    return value if value and pattern.fullmatch(value) else None


def _small_objects(event: Event, changes: list[JsonObject]) -> dict[str, None]:
    left_out: dict[str, None] = {}
    for field in ("coordinates", "viewport_size"):
        value = getattr(event, field)
        if value is not None and not (isinstance(value, dict) and fits(value, MAX_SMALL_JSON_BYTES)):
            changes.append({"field": field, "reason": "too_large" if isinstance(value, dict) else "not_an_object"})
            left_out[field] = None
    return left_out


def measured(event_data: JsonObject, changes: list[JsonObject]) -> JsonObject:
    """Leave out measures that are no sane numbers: views average them."""
    for field, highest in MEASURES.items():
        if field in event_data:
            measure = _measure(event_data[field], highest)
            event_data = {**event_data, field: measure}
            if measure is None:
                del event_data[field]
                changes.append({"field": f"event_data.{field}", "reason": "not_a_number_in_range"})
    return event_data


def _measure(value: Any, highest: int) -> Any:  # noqa: ANN401 - what a source sent
    """Return `value` where it is a number from 0 to `highest`, with no more digits than the views read."""
    if isinstance(value, str):
        return value if _NUMERIC.fullmatch(value) and float(value) <= highest else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        return None
    return round(value, 3)
