"""PostHog batch exports (JSON lines and Parquet) and events as posthog-js sends them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from uxpipeline.ingest.fields import required, text
from uxpipeline.ingest.funnels import Step
from uxpipeline.ingest.ids import derived_id, parse_id
from uxpipeline.ingest.masking.urls import url_path
from uxpipeline.ingest.memo import Memo
from uxpipeline.ingest.records import (
    Accepted,
    Assignment,
    Event,
    Ignored,
    JsonObject,
    Outcome,
    Record,
    Remark,
)
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.elements import NOWHERE, Place, Target, target_of
from uxpipeline.ingest.sources.posthog_elements import LONGEST_CHAIN, parse_list, target_of_chain
from uxpipeline.ingest.sources.posthog_hit import Hit, properties_of, read_hit, session_of
from uxpipeline.ingest.sources.reading import LINE_BY_LINE, Reading
from uxpipeline.ingest.sources.signals import form_start_by
from uxpipeline.ingest.sources.steps import derived_steps
from uxpipeline.ingest.sources.variants import VARIANTS

_FORM_START = form_start_by("click", "change")
_LONGEST_WAIT_S = 60
"""The client tells of a dead click within seconds."""


class PostHog:
    """Adapter of PostHog."""

    name: ClassVar[str] = "posthog"
    reading: ClassVar[Reading] = LINE_BY_LINE

    def __init__(self, context: Context) -> None:
        self._rules = context.rules
        self._component_attribute = context.component_attribute
        self._targets = Memo(partial(target_of_chain, component_attribute=context.component_attribute), LONGEST_CHAIN)
        self._mappings: dict[str, Callable[[Hit], list[Record]]] = {
            "$pageview": self._page_view,
            "$pageleave": self._scroll_depth,
            "$autocapture": self._autocapture,
            "$rageclick": self._rage_click,
            "$exception": self._error,
            "$feature_flag_called": self._assignment,
            "$dead_click": self._dead_click,
        }

    @classmethod
    def recognises(cls, sample: Sequence[JsonObject]) -> bool:
        """Tell whether some object has the keys of an exported event."""
        return any(
            {"uuid", "event"} <= line.keys() and ("properties" in line or "distinct_id" in line) for line in sample
        )

    def parse(self, line: JsonObject) -> Outcome:
        """Map one event.

        Raises:
            LineRefused: `bad_id`, `no_session`, `missing_field`, `bad_time`, `wrong_type` or, in text that should be
                JSON, a reason of `strict_json`.
        """
        event_id = parse_id(line.get("uuid"), "uuid")
        name = required(text(line, "event"), "event")
        properties = properties_of(line)
        session_id = properties.get("$session_id")
        if name.startswith("$") and name not in self._mappings and not self._rules.event(name):
            return Ignored(str(event_id), session_id if isinstance(session_id, str) else None, name)
        hit = read_hit(line, event_id, name, properties)
        mapping = self._mappings.get(name)
        records = [*(mapping(hit) if mapping else ()), *self._steps(hit, self._rules.event(name))]
        kind = f"{name}:{hit.text('$event_type') or 'unknown'}" if name == "$autocapture" else name
        if not records:
            return Ignored(str(event_id), hit.session_id, kind)
        return Accepted(str(event_id), hit.session_id, kind, (session_of(hit), *records))

    def _page_view(self, hit: Hit) -> list[Record]:
        return [_event(hit, "page_view"), *self._steps(hit, self._rules.page(url_path(hit.page_url)))]

    def _scroll_depth(self, hit: Hit) -> list[Record]:
        share = hit.number("$prev_pageview_max_scroll_percentage")
        if share is None:
            return []
        seen: JsonObject = {"percentage": round(min(max(100.0 * share, 0.0), 100.0), 1)}
        duration = hit.number("$prev_pageview_duration")
        if duration is not None:
            seen["duration_seconds"] = duration
        return [_event(hit, "scroll_depth", event_data=seen)]

    def _rage_click(self, hit: Hit) -> list[Record]:
        metadata = {"detector": "posthog-js", "version": hit.text("$lib_version")}
        return [_event(hit, "rage_click", self._target(hit).place, metadata=metadata)]

    def _dead_click(self, hit: Hit) -> list[Record]:
        """The click it is about was sent on its own; the client waited to see whether anything happens."""
        place, at = self._target(hit).place, _time_of_click(hit)
        if place.element_path is None or at is None:
            return []
        return [Remark(session_id=hit.session_id, kind="dead_click", subject=place.element_path, at=at)]

    def _error(self, hit: Hit) -> list[Record]:
        return [_event(hit, "error", self._target(hit).place, event_data=_exception(hit))]

    def _autocapture(self, hit: Hit) -> list[Record]:
        target = self._target(hit)
        match hit.text("$event_type"):
            case "click":
                return [_event(hit, "click", target.place, event_data=_touch(target)), *self._form_start(hit, target)]
            case "change":
                return [*self._form_start(hit, target), *_form_touch(hit, target)]
            case "submit":
                return self._form_submit(hit, target)
        return []

    def _form_start(self, hit: Hit, target: Target) -> list[Record]:
        """Any touch of a form may be the first: which one is shows only when all are known."""
        form = target.form
        if form is None or form.field is None:
            return []
        start_id = derived_id(hit.session_id, form.form_id, "form_start")
        touch = _event(hit, "form_start", form.place, _touch(target), _FORM_START, start_id)
        return [touch, *self._steps(hit, self._rules.form_start(form.form_id))]

    def _form_submit(self, hit: Hit, target: Target) -> list[Record]:
        form = target.form
        if form is None:
            return [_event(hit, "form_submit", target.place)]
        submit = _event(hit, "form_submit", form.place, event_data={"form_id": form.form_id})
        return [submit, *self._steps(hit, self._rules.form_submit(form.form_id))]

    def _assignment(self, hit: Hit) -> list[Record]:
        flag, response = hit.text("$feature_flag"), hit.text("$feature_flag_response")
        if flag is None or response not in VARIANTS:
            return []
        assignment = Assignment(
            id=hit.id,
            test_id=flag,
            session_id=hit.session_id,
            variant=VARIANTS[response],
            assigned_at=hit.at,
            metadata={"response": response},
            received_at=hit.received_at,
            park=False,
        )
        return [assignment]

    def _steps(self, hit: Hit, steps: Sequence[Step]) -> Sequence[Record]:
        return derived_steps(steps, hit.session_id, hit.id, hit.at, hit.received_at)

    def _target(self, hit: Hit) -> Target:
        if hit.chain:
            return self._targets[hit.chain]
        elements = hit.properties.get("$elements")
        return target_of(parse_list(elements), self._component_attribute) if isinstance(elements, list) else Target()


def _event(
    hit: Hit,
    event_type: str,
    place: Place = NOWHERE,
    event_data: JsonObject | None = None,
    metadata: JsonObject | None = None,
    start_id: UUID | None = None,
) -> Event:
    viewport = hit.size("viewport")
    return Event(
        id=start_id or hit.id,
        session_id=hit.session_id,
        event_type=event_type,
        timestamp=hit.at,
        page_url=hit.page_url,
        element_path=place.element_path,
        element_type=place.element_type,
        element_text=place.element_text,
        viewport_size={"width": viewport[0], "height": viewport[1]} if viewport else None,
        event_data=event_data or {},
        component_id=place.component_id,
        metadata=metadata or {},
        received_at=hit.received_at,
        earliest_only=start_id is not None,
    )


def _time_of_click(hit: Hit) -> datetime | None:
    """Newer clients give the event the time of its click; older ones say both times by their own clock."""
    if hit.properties.get("$event_time_override_provided") is True:
        return hit.at
    clicked_ms, sent = hit.number("$dead_click_event_timestamp"), hit.number("$time")
    if clicked_ms is None or sent is None or not 0 <= sent - clicked_ms / 1000 <= _LONGEST_WAIT_S:
        return None
    return hit.at - timedelta(seconds=sent - clicked_ms / 1000)


def _form_touch(hit: Hit, target: Target) -> list[Record]:
    form = target.form
    if form is None or form.field is None:
        return []
    return [Remark(session_id=hit.session_id, kind="form_touch", subject=form.form_id, at=hit.at, value=form.field)]


def _touch(target: Target) -> JsonObject:
    form = target.form
    return {"form_id": form.form_id, "field": form.field} if form and form.field else {}


def _exception(hit: Hit) -> JsonObject:
    """Return what went wrong and where, from the first exception and its innermost frame; older clients say less."""
    first = _first(hit.properties.get("$exception_list"))
    trace = first.get("stacktrace")
    frame = _last(trace.get("frames") if isinstance(trace, dict) else None)
    found = {
        "type": first.get("type") or hit.text("$exception_type"),
        "message": first.get("value") or hit.text("$exception_message"),
        "source": frame.get("filename"),
        "function": frame.get("function"),
        "line": frame.get("lineno"),
        "column": frame.get("colno"),
    }
    return {key: value for key, value in found.items() if value is not None}


def _first(items: Any) -> JsonObject:  # noqa: ANN401 - what a client sent
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}


def _last(items: Any) -> JsonObject:  # noqa: ANN401 - what a client sent
    return _first(items[::-1]) if isinstance(items, list) else {}
