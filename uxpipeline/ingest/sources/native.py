"""Our own format: one JSON object a line whose keys are the tables' columns, `kind` saying which table."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar
from uuid import UUID

from uxpipeline.ingest.fields import integer, mapping, required, text, time
from uxpipeline.ingest.funnels import Step
from uxpipeline.ingest.ids import content_id, parse_id, spelled
from uxpipeline.ingest.masking.urls import url_path
from uxpipeline.ingest.records import (
    Accepted,
    Assignment,
    Conversion,
    Event,
    FunnelStep,
    JsonObject,
    Outcome,
    Record,
    Session,
)
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.reading import LINE_BY_LINE, Reading
from uxpipeline.ingest.sources.steps import derived_steps

_SESSION_TEXTS = (
    "landing_page",
    "exit_page",
    "exit_reason",
    "user_agent",
    "referrer",
    "device_type",
    "screen_resolution",
    "language",
    "country_code",
)
STEPPED_TYPES = frozenset({"page_view", "form_start", "form_submit"})
"""Events that may be steps of funnels."""
_ELEMENT_ID = re.compile(r"#([\w-]+)[^> ]*$")


class Native:
    """Adapter of the native format."""

    name: ClassVar[str] = "native"
    reading: ClassVar[Reading] = LINE_BY_LINE

    def __init__(self, context: Context) -> None:
        self.rules = context.rules
        self._kinds: dict[str, Callable[[JsonObject, UUID], Iterable[Record]]] = {
            "event": self._event,
            "session": _session,
            "funnel_step": _funnel_step,
            "assignment": _assignment,
            "conversion": self._conversion,
        }

    @classmethod
    def recognises(cls, sample: Sequence[JsonObject]) -> bool:
        """Tell whether some object names a session and says what it tells about it."""
        return any("session_id" in line and ("event_type" in line or "kind" in line) for line in sample)

    def parse(self, line: JsonObject) -> Outcome:
        """Map one line of any kind.

        Raises:
            LineRefused: `missing_field`, `wrong_type`, `bad_time`, `bad_id` or `unknown_kind`.
        """
        kind = text(line, "kind") or "event"
        if kind not in self._kinds:
            raise LineRefused("unknown_kind", "kind")
        session_id = required(text(line, "session_id"), "session_id")
        line_id = content_id(session_id, kind, line) if line.get("id") is None else parse_id(line["id"], "id")
        return Accepted(spelled(line_id), session_id, kind, tuple(self._kinds[kind](line, line_id)))

    def _event(self, line: JsonObject, line_id: UUID) -> Iterable[Record]:
        event = Event(
            id=line_id,
            session_id=line["session_id"],
            event_type=required(text(line, "event_type"), "event_type"),
            timestamp=required(time(line, "timestamp"), "timestamp"),
            page_url=required(text(line, "page_url"), "page_url"),
            element_path=text(line, "element_path"),
            element_type=text(line, "element_type"),
            element_text=text(line, "element_text"),
            coordinates=line.get("coordinates"),
            viewport_size=line.get("viewport_size"),
            event_data=mapping(line, "event_data"),
            component_id=text(line, "component_id"),
            metadata=mapping(line, "metadata"),
            received_at=time(line, "received_at"),
        )
        steps = self.steps(event.event_type, event.page_url, event.event_data, event.element_path)
        if not steps:
            return (event,)
        return (event, *derived_steps(steps, event.session_id, line_id, event.timestamp, event.received_at))

    def steps(
        self, event_type: str, page_url: str, event_data: JsonObject, element_path: str | None
    ) -> tuple[Step, ...]:
        """Return the funnel steps that an event reaches."""
        if event_type == "page_view":
            return self.rules.page(url_path(page_url))
        if event_type == "form_start":
            return self.rules.form_start(_form_id(event_data, element_path))
        if event_type == "form_submit":
            return self.rules.form_submit(_form_id(event_data, element_path))
        return ()

    def _conversion(self, line: JsonObject, line_id: UUID) -> Iterable[Record]:
        conversion = Conversion(
            session_id=line["session_id"],
            name=required(text(line, "name"), "name"),
            at=required(time(line, "at"), "at"),
            test_id=text(line, "test_id"),
        )
        steps = self.rules.event(conversion.name)
        return (conversion, *derived_steps(steps, conversion.session_id, line_id, conversion.at))


def _form_id(event_data: JsonObject, element_path: str | None) -> str:
    """Return what the event calls its form, else the id of the element it happened on."""
    form_id = event_data.get("form_id")
    if isinstance(form_id, str):
        return form_id
    element = _ELEMENT_ID.search(element_path or "")
    return element[1] if element else ""


def _session(line: JsonObject, _line_id: UUID) -> Iterable[Record]:
    yield Session(
        session_id=line["session_id"],
        at=None,
        created_at=time(line, "created_at"),
        duration_seconds=integer(line, "duration_seconds"),
        page_count=integer(line, "page_count"),
        visitor=text(line, "visitor_key"),
        received_at=time(line, "received_at"),
        **{key: text(line, key) for key in _SESSION_TEXTS},
    )


def _funnel_step(line: JsonObject, line_id: UUID) -> Iterable[Record]:
    yield FunnelStep(
        id=line_id,
        session_id=line["session_id"],
        funnel_name=required(text(line, "funnel_name"), "funnel_name"),
        step_name=required(text(line, "step_name"), "step_name"),
        step_order=required(integer(line, "step_order"), "step_order"),
        entered_at=required(time(line, "entered_at"), "entered_at"),
        exited_at=time(line, "exited_at"),
        duration_seconds=integer(line, "duration_seconds"),
        dropoff_reason=text(line, "dropoff_reason"),
        metadata=mapping(line, "metadata"),
        received_at=time(line, "received_at"),
    )


def _assignment(line: JsonObject, line_id: UUID) -> Iterable[Record]:
    yield Assignment(
        id=line_id,
        test_id=required(text(line, "test_id"), "test_id"),
        session_id=line["session_id"],
        variant=required(text(line, "variant"), "variant"),
        assigned_at=required(time(line, "assigned_at"), "assigned_at"),
        metadata=mapping(line, "metadata"),
        received_at=time(line, "received_at"),
    )
