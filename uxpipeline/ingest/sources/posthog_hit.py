"""What every event of PostHog says, whatever happened: who, when, in which session, on what page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uxpipeline.ingest.fields import required, text, time
from uxpipeline.ingest.files.strict_json import decode
from uxpipeline.ingest.masking.urls import url_host
from uxpipeline.ingest.records import JsonObject, Session
from uxpipeline.ingest.refusal import LineRefused

_LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Hit:
    """One event with what all kinds of events have in common."""

    id: UUID
    name: str
    session_id: str
    at: datetime
    received_at: datetime | None
    visitor: str | None
    chain: str
    properties: JsonObject

    @property
    def page_url(self) -> str:
        """Where it happened, as the browser shows it."""
        return required(self.text("$current_url"), "$current_url")

    def text(self, key: str) -> str | None:
        """Return a property that is text; a client's odd value is as good as none."""
        value = self.properties.get(key)
        return value if isinstance(value, str) and value else None

    def number(self, key: str) -> float | None:
        """Return a property that is a number of a size a client can mean."""
        value = self.properties.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if abs(value) < _LARGEST_NUMBER else None

    def size(self, of: str) -> tuple[int, int] | None:
        """Return the width and height of the screen or the viewport."""
        width, height = self.number(f"${of}_width"), self.number(f"${of}_height")
        return (int(width), int(height)) if width and height else None


def properties_of(line: JsonObject) -> JsonObject:
    """Return the properties of an event; Parquet files hold them as JSON text.

    Raises:
        LineRefused: there are none, or the text is not JSON.
    """
    value = line.get("properties")
    if isinstance(value, str):
        return decode(value)
    if not isinstance(value, dict):
        raise LineRefused("missing_field" if value is None else "wrong_type", "properties")
    return value


def read_hit(line: JsonObject, event_id: UUID, name: str, properties: JsonObject) -> Hit:
    """Return the event of a line.

    Raises:
        LineRefused: `no_session` (servers send such events), `missing_field`, `bad_time` or `wrong_type`.
    """
    session_id = properties.get("$session_id")
    if not isinstance(session_id, str) or not session_id:
        raise LineRefused("no_session", "$session_id")
    visitor = line.get("distinct_id") or properties.get("distinct_id")
    return Hit(
        id=event_id,
        name=name,
        session_id=session_id,
        at=required(time(line, "timestamp"), "timestamp"),
        received_at=time(line, "_inserted_at") or time(line, "created_at"),
        visitor=visitor if isinstance(visitor, str) else None,
        chain=text(line, "elements_chain") or "",
        properties=properties,
    )


def session_of(hit: Hit) -> Session:
    """Return what an event says about its session."""
    screen = hit.size("screen")
    return Session(
        session_id=hit.session_id,
        at=hit.at,
        landing_page=hit.text("$session_entry_url"),
        referrer=_external_referrer(hit),
        user_agent=hit.text("$raw_user_agent"),
        device_type=hit.text("$device_type"),
        screen_resolution=f"{screen[0]}x{screen[1]}" if screen else None,
        language=hit.text("$browser_language"),
        country_code=hit.text("$geoip_country_code"),
        visitor=hit.visitor,
        received_at=hit.received_at,
    )


def _external_referrer(hit: Hit) -> str | None:
    """After a long pause the client begins a session whose referrer is the site's own last page: nobody referred it."""
    referrer = hit.text("$session_entry_referrer")
    if referrer is None or referrer == "$direct":
        return None
    own_hosts = {url_host(hit.text("$session_entry_url") or ""), hit.text("$host")}
    return None if url_host(referrer) in own_hosts else referrer
