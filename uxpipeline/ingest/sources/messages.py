"""What Segment and RudderStack log alike: one message a line, `page` or `track`, page and browser in its `context`.

Neither client notices clicks or forms by itself: a site sends them as events it names, which `events` of the funnels
file and `NAMED_EVENTS` map to ours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeGuard
from uuid import UUID

from uxpipeline.ingest.fields import mapping, required, text, time
from uxpipeline.ingest.funnels import Step
from uxpipeline.ingest.ids import derived_id, is_uuid
from uxpipeline.ingest.masking.urls import url_host, url_path
from uxpipeline.ingest.masking.user_agents import device_type_of
from uxpipeline.ingest.records import (
    Accepted,
    Assignment,
    Event,
    Ignored,
    JsonObject,
    Moment,
    Outcome,
    Record,
    Session,
)
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.elements import NOWHERE, Place, named_place
from uxpipeline.ingest.sources.reading import LINE_BY_LINE, Reading
from uxpipeline.ingest.sources.signals import form_start_by, rage_clicks
from uxpipeline.ingest.sources.steps import derived_steps
from uxpipeline.ingest.sources.variants import VARIANTS

NAMED_EVENTS = {
    "Element Clicked": "click",
    "Form Started": "form_start",
    "Form Submitted": "form_submit",
    "JavaScript Error": "error",
}
EXPERIMENT = "Experiment Viewed"
CLOCK_STEP = timedelta(minutes=5)
"""A visitor's clock is corrected by whole steps: a retry of a message, sent later, then says the same time."""

_FORM_START = form_start_by("event")
_KEPT_PROPERTIES = ("field", "type", "message", "percentage", "hesitation_ms")
_FORM_EVENTS = ("form_start", "form_submit", "form_abandon")
_LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Message:
    """One message with what all kinds have in common; `session_id` is the visitor's id where `is_sessionless`."""

    id: UUID
    session_id: str
    is_sessionless: bool
    visitor: str
    at: datetime
    received_at: datetime | None
    properties: JsonObject
    context: JsonObject
    page: JsonObject

    def text(self, *keys: str) -> str | None:
        """Return the first of some properties that is text; a number names something as well as text does."""
        for key in keys:
            value = self.properties.get(key)
            if isinstance(value, str) and value:
                return value
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER:
                return str(value)
        return None

    @property
    def page_url(self) -> str:
        """Where it happened."""
        return required(_text(self.page, "url"), "context.page.url")


class Messages:
    """Adapter of what both log; they differ in how a session is named."""

    name: ClassVar[str]
    reading: ClassVar[Reading] = LINE_BY_LINE

    def __init__(self, context: Context) -> None:
        self._rules = context.rules
        self._event_types = {**NAMED_EVENTS, **context.rules.event_types}

    def parse(self, line: JsonObject) -> Outcome:
        """Map one message.

        Raises:
            LineRefused: `no_session` (a server wrote it without the browser's id), `missing_field`, `bad_time` or
                `wrong_type`.
        """
        kind = required(text(line, "type"), "type")
        sent_id = required(text(line, "messageId"), "messageId")
        message_id = UUID(sent_id) if is_uuid(sent_id) else derived_id("message", sent_id)
        if kind not in ("page", "track"):
            return Ignored(str(message_id), None, kind)
        message = _read(line, message_id)
        if kind == "page":
            steps = self._rules.page(url_path(message.page_url))
            return _accepted(message, "page", [_event(message, "page_view"), *_steps(message, steps)])
        name = required(text(line, "event"), "event")
        records = [*self._named(message, name), *_steps(message, self._rules.named_event(name))]
        return _accepted(message, name, records) if records else Ignored(str(message_id), None, name)

    def _named(self, message: Message, name: str) -> list[Record]:
        event_type = self._event_types.get(name)
        if event_type is None:
            return _assignment(message) if name == EXPERIMENT else []
        if event_type not in _FORM_EVENTS:
            place = _place(message)
            # Where nothing tells the element from others, many clicks are no rage.
            told = place.element_text or place.component_id or message.text("id", "element_id")
            rage = rage_clicks(message.page_url, repr(place)) if event_type == "click" and told else None
            return [_event(message, event_type, place, _event_data(message), rage)]
        form_id = message.text("form_id", "formId", "form_name", "id") or "form"
        place = named_place("form", form_id if form_id != "form" else None)
        data = {**_event_data(message), "form_id": form_id}
        if event_type == "form_start":
            start_id = derived_id(message.session_id, form_id, "form_start")
            start = _event(message, event_type, place, data, _FORM_START, start_id)
            return [start, *_steps(message, self._rules.form_start(form_id))]
        steps = self._rules.form_submit(form_id) if event_type == "form_submit" else ()
        return [_event(message, event_type, place, data), *_steps(message, steps)]


def _read(line: JsonObject, message_id: UUID) -> Message:
    visitor = line.get("anonymousId")
    if not isinstance(visitor, str) or not visitor:
        raise LineRefused("no_session", "anonymousId")
    context, properties = mapping(line, "context"), mapping(line, "properties")
    page = context.get("page")
    session = context.get("sessionId")
    is_sessionless = isinstance(session, bool) or not isinstance(session, int | str) or session == ""
    return Message(
        id=message_id,
        session_id=visitor if is_sessionless else f"{visitor}:{session}",
        is_sessionless=is_sessionless,
        visitor=visitor,
        at=_time_of(line),
        received_at=time(line, "receivedAt"),
        properties=properties,
        context=context,
        page=page if isinstance(page, dict) and _text(page, "url") else properties,
    )


def _time_of(line: JsonObject) -> datetime:
    """Return when it happened by the visitor's clock, by whole steps where that was wrong when it was sent."""
    said = time(line, "originalTimestamp")
    if said is None:
        return required(time(line, "timestamp"), "timestamp")
    sent, received = time(line, "sentAt"), time(line, "receivedAt")
    if sent is None or received is None:
        return said
    try:
        return said + round((received - sent) / CLOCK_STEP) * CLOCK_STEP
    except OverflowError:
        raise LineRefused("time_out_of_range", "originalTimestamp") from None


def _accepted(message: Message, kind: str, records: list[Record]) -> Accepted:
    told: list[Record] = [_session(message), *records]
    if message.is_sessionless:
        told.append(Moment(session_id=message.session_id, visitor=message.visitor, at=message.at))
    return Accepted(str(message.id), message.session_id, kind, tuple(told))


def _session(message: Message) -> Session:
    context, screen = message.context, _size(message.context, "width", "height")
    user_agent = _text(context, "userAgent")
    return Session(
        session_id=message.session_id,
        at=message.at,
        referrer=_external_referrer(message.page),
        user_agent=user_agent,
        device_type=device_type_of(user_agent) if user_agent else None,
        screen_resolution=f"{screen[0]}x{screen[1]}" if screen else None,
        language=_text(context, "locale"),
        visitor=message.visitor,
        received_at=message.received_at,
    )


def _event(
    message: Message,
    event_type: str,
    place: Place = NOWHERE,
    event_data: JsonObject | None = None,
    metadata: JsonObject | None = None,
    start_id: UUID | None = None,
) -> Event:
    viewport = _size(message.context, "innerWidth", "innerHeight")
    return Event(
        id=start_id or message.id,
        session_id=message.session_id,
        event_type=event_type,
        timestamp=message.at,
        page_url=message.page_url,
        element_path=place.element_path,
        element_type=place.element_type,
        element_text=place.element_text,
        viewport_size={"width": viewport[0], "height": viewport[1]} if viewport else None,
        event_data=event_data or {},
        component_id=place.component_id,
        metadata=metadata or {},
        received_at=message.received_at,
        earliest_only=start_id is not None,
    )


def _place(message: Message) -> Place:
    return named_place(
        message.text("tag", "element_type"),
        message.text("id", "element_id"),
        message.text("text", "element_text"),
        message.text("component", "component_id"),
    )


def _event_data(message: Message) -> JsonObject:
    said = {key: message.properties.get(key) for key in _KEPT_PROPERTIES}
    return {key: value for key, value in said.items() if isinstance(value, str | int | float) and value != ""}


def _assignment(message: Message) -> list[Record]:
    test = message.text("experiment_id", "experimentId", "experiment_name", "experimentName")
    named = message.text("variation_name", "variationName")
    response = named if named in VARIANTS else message.text("variation_id", "variationId")
    if test is None or response not in VARIANTS:
        return []
    assignment = Assignment(
        id=message.id,
        test_id=test,
        session_id=message.session_id,
        variant=VARIANTS[response],
        assigned_at=message.at,
        metadata={"response": response},
        received_at=message.received_at,
        park=False,
    )
    return [assignment]


def _steps(message: Message, steps: tuple[Step, ...]) -> list[Record]:
    return [*derived_steps(steps, message.session_id, message.id, message.at, message.received_at)]


def _external_referrer(page: JsonObject) -> str | None:
    referrer = _text(page, "referrer")
    if referrer is None or referrer == "$direct":
        return None
    return None if url_host(referrer) == url_host(_text(page, "url") or "") else referrer


def _size(context: JsonObject, *keys: str) -> tuple[int, int] | None:
    screen = context.get("screen")
    width, height = (screen.get(key) if isinstance(screen, dict) else None for key in keys)
    return (int(width), int(height)) if _is_length(width) and _is_length(height) else None


def _is_length(value: Any) -> TypeGuard[int | float]:  # noqa: ANN401 - what a client sent
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LARGEST_NUMBER


def _text(of: JsonObject, key: str) -> str | None:
    value = of.get(key)
    return value if isinstance(value, str) and value else None
