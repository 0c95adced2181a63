"""Recordings of rrweb, one event a line, to which whoever stores them has added `session_id`.

An event names elements by number, and only what came before on its page says what a number stands for. So lines come
sorted by recording and time, and a click whose page has no snapshot in its file is refused.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar
from uuid import UUID

from uxpipeline.ingest.fields import mapping, required, text
from uxpipeline.ingest.funnels import Step
from uxpipeline.ingest.ids import content_id, derived_id
from uxpipeline.ingest.masking.urls import url_path
from uxpipeline.ingest.records import Accepted, Event, Ignored, JsonObject, Outcome, Record
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.elements import NOWHERE, Place, Target
from uxpipeline.ingest.sources.reading import Reading
from uxpipeline.ingest.sources.rrweb_hit import (
    CLICK,
    CUSTOM,
    DOM_LOADED,
    FOCUS,
    INCREMENTAL,
    INPUT,
    INTERACTION,
    LOAD,
    META,
    MOVE,
    MUTATION,
    SCROLL,
    SNAPSHOT,
    SOURCES,
    TYPES,
    Hit,
    is_number,
    kind_of,
    order_of,
    recording_of,
)
from uxpipeline.ingest.sources.rrweb_mirror import Mirror
from uxpipeline.ingest.sources.rrweb_pointer import RESTS, Pointer, Rest, positions_of
from uxpipeline.ingest.sources.rrweb_recording import Page, Recording, Submit
from uxpipeline.ingest.sources.signals import form_start_by, rage_clicks
from uxpipeline.ingest.sources.steps import derived_steps

NAMED_TAGS = {"js_error": "error"}
SUBMIT_WITHIN_MS = 10_000
"""A page that follows a click on a submit button later than this is not its answer."""
RAGE_WITHIN_PX = 30
_FORM_START = form_start_by("focus", "input")
_SUBMIT: JsonObject = {
    "detector": "uxpipeline.submit",
    "version": 1,
    "parameters": {"on": ["click", "page"], "within_ms": SUBMIT_WITHIN_MS},
}
_KEPT_PAYLOAD = ("type", "message", "source", "line", "column", "field", "percentage")


class RRWeb:
    """Adapter of rrweb."""

    name: ClassVar[str] = "rrweb"
    # A snapshot nests an object and a list for each level of the page.
    reading: ClassVar[Reading] = Reading(order=order_of, max_depth=600, max_keys=1_000_000)

    def __init__(self, context: Context) -> None:
        self._rules = context.rules
        self._component_attribute = context.component_attribute
        self._event_types = {**NAMED_TAGS, **context.rules.event_types}
        self._recording = Recording("")
        self._sources: dict[int, Callable[[Hit], list[Record]]] = {
            MUTATION: self._mutation,
            MOVE: self._move,
            INTERACTION: self._interaction,
            SCROLL: self._scroll,
            INPUT: self._touch,
        }

    @classmethod
    def recognises(cls, sample: Sequence[JsonObject]) -> bool:
        """Tell whether some object is an event of a recording with its session."""
        return any(
            "session_id" in line and is_number(line.get("type")) and is_number(line.get("timestamp")) and "data" in line
            for line in sample
        )

    def parse(self, line: JsonObject) -> Outcome:
        """Map one event, by what came before it in its recording.

        Raises:
            LineRefused: `missing_field`, `wrong_type`, `bad_time`, or `no_snapshot`: its page, or what its page
                consists of, is not in the file.
        """
        session_id = required(text(line, "session_id"), "session_id")
        name = required(recording_of(line), "session_id")
        if name != self._recording.name:
            self._recording = Recording(name)
        last = self._recording.last
        if last is not None and last[0] == line:
            return last[1]
        outcome = self._mapped(line, session_id)
        self._recording.last = line, outcome
        return outcome

    def _mapped(self, line: JsonObject, session_id: str) -> Outcome:
        kind, at_ms, data = line.get("type"), line.get("timestamp"), mapping(line, "data")
        if not is_number(kind) or not 0 <= kind < len(TYPES):
            raise LineRefused("wrong_type", "type")
        if not is_number(at_ms):
            raise LineRefused("bad_time", "timestamp")
        if kind in (DOM_LOADED, LOAD):
            self._recording.loading = True
            return Ignored(None, session_id, TYPES[kind])
        if kind == SNAPSHOT:
            node = data.get("node")
            self._recording.mirror = Mirror(node) if isinstance(node, dict) else None
            return Ignored(None, session_id, TYPES[kind])
        hit = Hit(_NO_ID, session_id, at_ms, data)
        if kind == INCREMENTAL and data.get("source") == MUTATION:
            self._mutation(hit)
            return Ignored(None, session_id, SOURCES[MUTATION])
        hit.id = content_id(session_id, "rrweb", line)
        loading, self._recording.loading = self._recording.loading, False
        if kind == META:
            return _outcome(hit, TYPES[kind], self._page(hit, loading=loading))
        if kind == CUSTOM:
            tag = required(text(data, "tag"), "data.tag")
            return _outcome(hit, tag, self._custom(hit, tag))
        source = data.get("source")
        mapped = self._sources.get(source) if kind == INCREMENTAL and is_number(source) else None
        return _outcome(hit, kind_of(kind, data), mapped(hit) if mapped else [])

    def _page(self, hit: Hit, *, loading: bool) -> list[Record]:
        """A page began, unless the client only repeats where it is, as it does before every later snapshot."""
        recording = self._recording
        url = required(text(hit.data, "href"), "data.href")
        records = self._submitted(hit)
        if recording.page is not None and recording.page.url == url and not loading and not records:
            return []
        width, height = hit.data.get("width"), hit.data.get("height")
        viewport = {"width": width, "height": height} if is_number(width) and is_number(height) else None
        recording.page, recording.mirror = Page(url, str(hit.at_ms), viewport), None
        recording.pointer = Pointer()
        return [*records, self._event(hit, "page_view"), *_steps(hit, self._rules.page(url_path(url)))]

    def _submitted(self, page: Hit) -> list[Record]:
        submit, self._recording.submit = self._recording.submit, None
        if submit is None or page.at_ms - submit.hit.at_ms > SUBMIT_WITHIN_MS:
            return []
        hit = submit.hit
        hit.id = derived_id(str(hit.id), "form_submit")
        event = self._event(
            hit, "form_submit", submit.form.place, {"form_id": submit.form.form_id}, _SUBMIT, page=submit.page
        )
        return [event, *_steps(hit, self._rules.form_submit(submit.form.form_id))]

    def _mutation(self, hit: Hit) -> list[Record]:
        if self._recording.mirror is not None:
            self._recording.mirror.apply(hit.data)
        return []

    def _move(self, hit: Hit) -> list[Record]:
        return self._hovers(hit, self._recording.pointer.moved(positions_of(hit.data, hit.at_ms)))

    def _hovers(self, hit: Hit, rests: list[Rest]) -> list[Record]:
        mirror, hovers = self._recording.mirror, list[Record]()
        for number, rest in enumerate(rests if mirror else ()):
            place = mirror.target(rest.node, self._component_attribute).place if mirror else NOWHERE
            if place.element_path is not None:
                rested = Hit(derived_id(str(hit.id), f"hover {number}"), hit.session_id, rest.since_ms, hit.data)
                hovers.append(self._event(rested, "hover", place, {"duration_ms": rest.lasted_ms}, RESTS))
        return hovers

    def _interaction(self, hit: Hit) -> list[Record]:
        touched = hit.data.get("type")
        if touched == CLICK:
            return self._click(hit)
        return self._touch(hit) if touched == FOCUS else []

    def _click(self, hit: Hit) -> list[Record]:
        target, node, page = self._target(hit), hit.data.get("id"), self._recording.page
        x, y = hit.data.get("x"), hit.data.get("y")
        coordinates = {"x": x, "y": y} if is_number(x) and is_number(y) else None
        rage = rage_clicks(page.view if page else "", "", RAGE_WITHIN_PX) if coordinates else None
        records: list[Record] = [self._event(hit, "click", target.place, _field(target), rage, coordinates=coordinates)]
        ended, rest = self._recording.pointer.clicked(hit.at_ms)
        records += self._hovers(hit, ended)
        if rest is not None and rest.node == node:
            slow = Hit(derived_id(str(hit.id), "hesitation"), hit.session_id, hit.at_ms, hit.data)
            records.append(self._event(slow, "hesitation", target.place, {"hesitation_ms": rest.lasted_ms}, RESTS))
        form = target.form
        self._recording.submit = Submit(hit, form, page) if form and page and form.submits else None
        return records

    def _touch(self, hit: Hit) -> list[Record]:
        """Any touch of a form may be the first: which one is shows only when all are known."""
        target = self._target(hit)
        form = target.form
        if form is None or form.field is None:
            return []
        start_id = derived_id(hit.session_id, form.form_id, "form_start")
        start = self._event(hit, "form_start", form.place, _field(target), _FORM_START, start_id=start_id)
        return [start, *_steps(hit, self._rules.form_start(form.form_id))]

    def _scroll(self, hit: Hit) -> list[Record]:
        target, node, mirror = self._target(hit), hit.data.get("id"), self._recording.mirror
        x, y = hit.data.get("x"), hit.data.get("y")
        if not is_number(x) or not is_number(y):
            return []
        place = NOWHERE if mirror is None or node == mirror.root else target.place
        return [self._event(hit, "scroll", place, {"x": x, "y": y})]

    def _custom(self, hit: Hit, tag: str) -> list[Record]:
        payload, event_type = hit.data.get("payload"), self._event_types.get(tag)
        steps = _steps(hit, self._rules.named_event(tag))
        if event_type is None:
            return steps
        told = payload if isinstance(payload, dict) else {}
        data = {key: told[key] for key in _KEPT_PAYLOAD if isinstance(told.get(key), str | int | float)}
        if isinstance(told.get("form_id"), str):
            data["form_id"] = told["form_id"]
        return [self._event(hit, event_type, event_data=data), *steps]

    def _target(self, hit: Hit) -> Target:
        mirror, node = self._recording.mirror, hit.data.get("id")
        if mirror is None:
            raise LineRefused("no_snapshot", "data.id")
        return mirror.target(node, self._component_attribute) if is_number(node) else Target()

    def _event(
        self,
        hit: Hit,
        event_type: str,
        place: Place = NOWHERE,
        event_data: JsonObject | None = None,
        metadata: JsonObject | None = None,
        *,
        coordinates: JsonObject | None = None,
        start_id: UUID | None = None,
        page: Page | None = None,
    ) -> Event:
        shown = page or self._recording.page
        if shown is None:
            raise LineRefused("no_snapshot", "data.href")
        return Event(
            id=start_id or hit.id,
            session_id=hit.session_id,
            event_type=event_type,
            timestamp=hit.at,
            page_url=shown.url,
            element_path=place.element_path,
            element_type=place.element_type,
            element_text=place.element_text,
            coordinates=coordinates,
            viewport_size=shown.viewport,
            event_data=event_data or {},
            component_id=place.component_id,
            metadata=metadata or {},
            earliest_only=start_id is not None,
        )


_NO_ID = UUID(int=0)


def _outcome(hit: Hit, kind: str, records: list[Record]) -> Outcome:
    if not records:
        return Ignored(str(hit.id), hit.session_id, kind)
    return Accepted(str(hit.id), hit.session_id, kind, tuple(records))


def _steps(hit: Hit, steps: Sequence[Step]) -> list[Record]:
    return [*derived_steps(steps, hit.session_id, hit.id, hit.at)]


def _field(target: Target) -> JsonObject:
    form = target.form
    return {"form_id": form.form_id, "field": form.field} if form and form.field else {}
