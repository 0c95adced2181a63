"""What every Snowplow event says, whatever happened: who, when, in which session, on what page.

The same event comes as a line of enriched TSV, whose JSON columns name their schemas, or as a row of `atomic.events`,
which has a column per schema. Numbers may be text, names inside JSON in camel or snake case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uxpipeline.ingest.fields import required, text
from uxpipeline.ingest.files.strict_json import decode
from uxpipeline.ingest.ids import derived_id, parse_id
from uxpipeline.ingest.masking.urls import url_host
from uxpipeline.ingest.masking.user_agents import device_type_of
from uxpipeline.ingest.memo import Memo
from uxpipeline.ingest.records import JsonObject, Session
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.times import parse_time

_LARGEST_NUMBER = 2**53
_VERSION = "0123456789_"
_VENDOR = "com.snowplowanalytics.snowplow"
_ENTITIES = {
    f"iglu:{_VENDOR}/web_page": "web_page",
    f"iglu:{_VENDOR}/client_session": "client_session",
    "iglu:nl.basjes/yauaa_context": "yauaa_context",
    "contexts_com_snowplowanalytics_snowplow_web_page": "web_page",
    "contexts_com_snowplowanalytics_snowplow_client_session": "client_session",
    "contexts_nl_basjes_yauaa_context": "yauaa_context",
}
_EVENT_COLUMN = "unstruct_event_com_snowplowanalytics_snowplow_"
_DEVICES = {"Desktop": "desktop", "Computer": "desktop", "Phone": "mobile", "Mobile": "mobile", "Tablet": "tablet"}
_OFFSETS = ((" UTC", "Z"), (" Z", "Z"), ("+00", "+00:00"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One event with what all kinds of events have in common."""

    id: UUID
    name: str
    session_id: str
    at: datetime
    received_at: datetime | None
    line: JsonObject
    entities: dict[str, JsonObject]

    @property
    def page_url(self) -> str:
        """Where it happened, as the browser shows it."""
        return required(self.text("page_url"), "page_url")

    @property
    def page_view(self) -> str:
        """Which view of a page it belongs to; a tracker that does not say so has one view of each page."""
        seen = self.entities.get("web_page", {}).get("id")
        return seen if isinstance(seen, str) and seen else self.page_url

    @property
    def data(self) -> JsonObject:
        """What a self-describing event holds; empty where its table was exported without it."""
        wrapped = _object(self.line.get("unstruct_event"))
        if wrapped:
            return _object(_object(wrapped.get("data")).get("data"))
        column = _EVENT_COLUMN + self.name
        return next((_object(value) for key, value in self.line.items() if key.rstrip(_VERSION) == column), {})

    def text(self, key: str) -> str | None:
        """Return a column that is text; an odd value is as good as none."""
        value = self.line.get(key)
        return value if isinstance(value, str) and value else None

    def number(self, key: str) -> float | None:
        """Return a column that is a number of a size a client can mean."""
        value = self.line.get(key)
        if value is None or isinstance(value, bool):
            return None
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return None
        return number if abs(number) < _LARGEST_NUMBER else None

    def size(self, width_column: str, height_column: str) -> tuple[int, int] | None:
        """Return the width and height of the screen or the viewport."""
        width, height = self.number(width_column), self.number(height_column)
        return (int(width), int(height)) if width and height else None


def read_hit(line: JsonObject) -> Hit:
    """Return the event of a line.

    Raises:
        LineRefused: `no_session`, `missing_field`, `bad_time` or `wrong_type`.
    """
    session_id = line.get("domain_sessionid")
    if not isinstance(session_id, str) or not session_id:
        raise LineRefused("no_session", "domain_sessionid")
    collected = _time(line, "collector_tstamp")
    return Hit(
        id=_id(required(text(line, "event_id"), "event_id")),
        name=_name(line),
        session_id=session_id,
        at=required(_time(line, "derived_tstamp") or collected, "derived_tstamp"),
        received_at=collected,
        line=line,
        entities=_entities(line),
    )


def session_of(hit: Hit) -> Session:
    """Return what an event says about its session."""
    screen = hit.size("dvce_screenwidth", "dvce_screenheight")
    return Session(
        session_id=hit.session_id,
        at=hit.at,
        # Where it was at that time: of the earliest event that is where it began.
        landing_page=hit.text("page_url"),
        referrer=_external_referrer(hit),
        user_agent=hit.text("useragent"),
        device_type=_device_type(hit),
        screen_resolution=f"{screen[0]}x{screen[1]}" if screen else None,
        language=hit.text("br_lang"),
        country_code=hit.text("geo_country"),
        visitor=hit.text("domain_userid"),
        received_at=hit.received_at,
    )


def named(data: JsonObject, name: str) -> Any:  # noqa: ANN401 - whatever a tracker sent
    """Return a value inside JSON, whose names loaders may have turned from `elementId` to `element_id`."""
    if name in data:
        return data[name]
    return data.get("".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name))


def text_of(data: JsonObject, name: str) -> str | None:
    """Return a text inside JSON; an odd value is as good as none."""
    value = named(data, name)
    return value if isinstance(value, str) and value else None


def _id(event_id: str) -> UUID:
    """Trackers make UUIDs; what somebody else made is as good to tell events apart."""
    try:
        return parse_id(event_id, "event_id")
    except LineRefused:
        return derived_id("snowplow", event_id)


def _name(line: JsonObject) -> str:
    """Return what happened: the action of a structured event, the schema of a self-describing one, or the kind."""
    event = required(text(line, "event"), "event")
    if event == "struct":
        return required(text(line, "se_action"), "se_action")
    name = text(line, "event_name") or event
    vendor = text(line, "event_vendor")
    return name if event != "unstruct" or vendor in {None, _VENDOR} else f"{vendor}/{name}"


def _time(line: JsonObject, key: str) -> datetime | None:
    """Return a moment; Snowplow writes UTC without saying so."""
    value = text(line, key)
    if not value:
        return None
    for written, meant in _OFFSETS:
        if value.endswith(written):
            value = value.removesuffix(written) + meant
            break
    try:
        return parse_time(value if value[-1] == "Z" or value[-6:-5] in {"+", "-"} else f"{value}Z")
    except ValueError:
        raise LineRefused("bad_time", key) from None


def _entities(line: JsonObject) -> dict[str, JsonObject]:
    """Return what the event carries about its page view, session and browser, by name."""
    found: dict[str, JsonObject] = {}
    for column in ("contexts", "derived_contexts"):
        for entity in _list(_object(line.get(column)).get("data")):
            if isinstance(entity, dict) and isinstance(schema := entity.get("schema"), str):
                name = _ENTITIES.get(schema.partition("/jsonschema/")[0])
                if name:
                    found.setdefault(name, _object(entity.get("data")))
    if "contexts" not in line:
        for key in line:
            if name := _ENTITY_OF[key]:
                found.setdefault(name, _object(line[key]))
    return found


def _entity_of(column: str) -> str | None:
    return _ENTITIES.get(column.rstrip(_VERSION))


_ENTITY_OF = Memo(_entity_of)


def _object(value: Any) -> JsonObject:  # noqa: ANN401 - what a loader wrote
    """Return an object, or the first of a list; loaders may write JSON as text."""
    if isinstance(value, str) and value[:1] == "{":
        return decode(value)
    if isinstance(value, str) and value[:1] == "[":
        return _object(decode(f'{{"list": {value}}}')["list"])
    if isinstance(value, list):
        return _object(value[0]) if value else {}
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    return iter(value if isinstance(value, list) else ())


def _external_referrer(hit: Hit) -> str | None:
    """Who referred a session its first event says; later ones name the site, or where a visitor came back from."""
    referrer = hit.text("page_referrer")
    first = text_of(hit.entities.get("client_session", {}), "firstEventId")
    if referrer is None or (first is not None and first.lower() != str(hit.id)):
        return None
    return referrer if url_host(referrer) != url_host(hit.page_url) else None


def _device_type(hit: Hit) -> str | None:
    device = text_of(hit.entities.get("yauaa_context", {}), "deviceClass") or hit.text("dvce_type")
    if device is not None:
        return _DEVICES.get(device)
    return device_type_of(hit.text("useragent") or "")
