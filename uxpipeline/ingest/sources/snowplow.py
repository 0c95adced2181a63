"""Snowplow's enriched events, and the table `atomic.events` that loaders make of them."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from uxpipeline.ingest.fields import required
from uxpipeline.ingest.funnels import Step
from uxpipeline.ingest.ids import derived_id
from uxpipeline.ingest.masking.urls import url_path
from uxpipeline.ingest.records import Accepted, Event, Ignored, JsonObject, Outcome, Record
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.reading import LINE_BY_LINE, Reading
from uxpipeline.ingest.sources.signals import DEEPEST, form_start_by, rage_clicks
from uxpipeline.ingest.sources.snowplow_hit import Hit, named, read_hit, session_of, text_of
from uxpipeline.ingest.sources.steps import derived_steps

_FORM_START = form_start_by("focus")
_FORM = {"element_path": "form", "element_type": "form"}
_POSTED = "iglu:com.snowplowanalytics.snowplow/payload_data/"
_ALWAYS_SENT = {"e", "p", "tv"}
_PARAMETER = re.compile(r"(?:^|[?&\s\"])(\w+)=", re.ASCII)
_PLAIN_ID = re.compile(r"[\w-]+", re.ASCII)
_ERROR_FIELDS = {
    "type": "exceptionName",
    "message": "message",
    "source": "fileName",
    "function": "methodName",
    "line": "lineNumber",
    "column": "lineColumn",
}


def is_wire_form(objects: Iterable[JsonObject], texts: Iterable[bytes]) -> bool:
    """Tell whether lines are what the tracker sends to its collector, before Snowplow makes events of it.

    That is an object with a list of events where it posts them; else parameters of a query, alone or in a log's line.
    """
    posted = any(str(line.get("schema")).startswith(_POSTED) or line.keys() >= _ALWAYS_SENT for line in objects)
    return posted or any(_ALWAYS_SENT.issubset(_PARAMETER.findall(text.decode(errors="replace"))) for text in texts)


class Snowplow:
    """Adapter of Snowplow."""

    name: ClassVar[str] = "snowplow"
    reading: ClassVar[Reading] = LINE_BY_LINE

    def __init__(self, context: Context) -> None:
        self._rules = context.rules
        self._mappings: dict[str, Callable[[Hit], list[Record]]] = {
            "page_view": self._page_view,
            "page_ping": _scroll_depth,
            "link_click": _link_click,
            "button_click": _button_click,
            "focus_form": self._form_start,
            "submit_form": self._form_submit,
            "application_error": _error,
        }

    @classmethod
    def recognises(cls, sample: Sequence[JsonObject]) -> bool:
        """Tell whether some object has columns that every enriched event has."""
        return any({"event_id", "collector_tstamp", "event"} <= line.keys() for line in sample)

    def parse(self, line: JsonObject) -> Outcome:
        """Map one event.

        Raises:
            LineRefused: `no_session`, `missing_field`, `bad_time`, `wrong_type` or, in text that should be JSON, a
                reason of `strict_json`.
        """
        hit = read_hit(line)
        mapping = None if line.get("event") == "struct" else self._mappings.get(hit.name)
        records = [*(mapping(hit) if mapping else ()), *self._steps(hit, self._rules.event(hit.name))]
        if not records:
            return Ignored(str(hit.id), hit.session_id, hit.name)
        return Accepted(str(hit.id), hit.session_id, hit.name, (session_of(hit), *records))

    def _page_view(self, hit: Hit) -> list[Record]:
        return [_event(hit, "page_view"), *self._steps(hit, self._rules.page(url_path(hit.page_url)))]

    def _form_start(self, hit: Hit) -> list[Record]:
        """Any focus of a form may be the first: which one is shows only when all are known."""
        form_id = required(text_of(hit.data, "formId"), "formId")
        touched = {"form_id": form_id, "field": text_of(hit.data, "elementId")}
        start = _event(
            hit,
            "form_start",
            id=derived_id(hit.session_id, form_id, "form_start"),
            **_FORM,
            event_data={key: value for key, value in touched.items() if value},
            metadata=_FORM_START,
            earliest_only=True,
        )
        return [start, *self._steps(hit, self._rules.form_start(form_id))]

    def _form_submit(self, hit: Hit) -> list[Record]:
        form_id = required(text_of(hit.data, "formId"), "formId")
        submit = _event(hit, "form_submit", **_FORM, event_data={"form_id": form_id})
        return [submit, *self._steps(hit, self._rules.form_submit(form_id))]

    def _steps(self, hit: Hit, steps: Sequence[Step]) -> Sequence[Record]:
        return derived_steps(steps, hit.session_id, hit.id, hit.at, hit.received_at)


def _link_click(hit: Hit) -> list[Record]:
    data = hit.data
    told = (text_of(data, "elementId"), None, text_of(data, "elementContent"), text_of(data, "targetUrl"))
    return [_click(hit, "a", *told)]


def _button_click(hit: Hit) -> list[Record]:
    data = hit.data
    return [_click(hit, "button", text_of(data, "id"), text_of(data, "name"), text_of(data, "label"), None)]


def _click(
    hit: Hit, tag: str, element_id: str | None, name: str | None, content: str | None, target: str | None
) -> Event:
    """One click; where nothing tells the element from others, many clicks are no rage."""
    told = element_id or name or " ".join(filter(None, (content, target)))
    return _event(
        hit,
        "click",
        element_path=_selector(tag, element_id, name),
        element_type=tag,
        element_text=content,
        metadata=rage_clicks(hit.page_view, f"{tag} {told}") if told else {},
    )


def _selector(tag: str, element_id: str | None, name: str | None) -> str:
    if element_id and _PLAIN_ID.fullmatch(element_id):
        return f"{tag}#{element_id}"
    key, value = ("id", element_id) if element_id else ("name", name)
    quoted = (value or "").replace("\\", "\\\\").replace('"', '\\"')
    return f'{tag}[{key}="{quoted}"]' if value else tag


def _scroll_depth(hit: Hit) -> list[Record]:
    """How far down the page the viewport has been; pages that fit into it are seen whole."""
    viewport, page = hit.number("br_viewheight"), hit.number("doc_height")
    if viewport is None or not page or page < 0:
        return []
    share = ((hit.number("pp_yoffset_max") or 0) + viewport) / page
    seen = {"percentage": round(min(max(100 * share, 0.0), 100.0), 1)}
    depth_id = derived_id(hit.session_id, hit.page_view, "scroll_depth")
    return [_event(hit, "scroll_depth", event_data=seen, metadata=DEEPEST, id=depth_id, deepest_only=True)]


def _error(hit: Hit) -> list[Record]:
    data = hit.data
    found = {key: named(data, name) for key, name in _ERROR_FIELDS.items()}
    told = {key: value for key, value in found.items() if isinstance(value, str | int) and value != ""}
    return [_event(hit, "error", event_data=told)]


def _event(hit: Hit, event_type: str, **fields: Any) -> Event:  # noqa: ANN401 - columns of an event
    viewport = hit.size("br_viewwidth", "br_viewheight")
    common: JsonObject = {
        "id": hit.id,
        "session_id": hit.session_id,
        "event_type": event_type,
        "timestamp": hit.at,
        "page_url": hit.page_url,
        "viewport_size": {"width": viewport[0], "height": viewport[1]} if viewport else None,
        "received_at": hit.received_at,
    }
    return Event(**common | fields)
