"""The lines of an rrweb recording: what kinds there are, which recording they belong to, and their order."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard
from uuid import UUID

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.sources.reading import Order
from uxpipeline.ingest.sources.rrweb_pointer import positions_of

TYPES = ("dom_content_loaded", "load", "full_snapshot", "incremental", "meta", "custom", "plugin")
DOM_LOADED, LOAD, SNAPSHOT, INCREMENTAL, META, CUSTOM = range(6)
MUTATION, MOVE, INTERACTION, SCROLL, VIEWPORT, INPUT = range(6)
SOURCES = ("mutation", "mouse_move", "mouse_interaction", "scroll", "viewport", "input", "touch_move")
CLICK, FOCUS = 2, 5
INTERACTIONS = {0: "mouse_up", 1: "mouse_down", 2: "click", 3: "context_menu", 4: "double_click", 5: "focus", 6: "blur"}
_LARGEST_TIME = 2**53


@dataclass(slots=True)
class Hit:
    """One event of a recording."""

    id: UUID
    session_id: str
    at_ms: int
    data: JsonObject

    @property
    def at(self) -> datetime:
        """When it happened."""
        return _moment(self.at_ms)


def order_of(line: JsonObject) -> Order | None:
    """Return the recording, time and rank of an event; what later events build on ranks before them."""
    name, kind, timestamp, data = recording_of(line), line.get("type"), line.get("timestamp"), line.get("data")
    if name is None or not is_number(kind) or not is_number(timestamp) or not isinstance(data, dict):
        return None
    source = data.get("source")
    rank = {DOM_LOADED: 0, LOAD: 1, META: 2, SNAPSHOT: 3}.get(kind, 5 if source != MUTATION else 4)
    if kind == INCREMENTAL and source == MOVE and (positions := positions_of(data, timestamp)):
        return name, positions[0].at_ms, rank
    return name, timestamp, rank


def kind_of(kind: int, data: JsonObject) -> str:
    """Return the word for what an event tells."""
    source, interaction = data.get("source"), data.get("type")
    if kind != INCREMENTAL or not is_number(source) or not 0 <= source < len(SOURCES):
        return TYPES[kind]
    if source == INTERACTION and is_number(interaction):
        return INTERACTIONS.get(interaction, SOURCES[source])
    return SOURCES[source]


def recording_of(line: JsonObject) -> str | None:
    """Return what names a recording: the session and, where the visitor had several, the window."""
    session, window = line.get("session_id"), line.get("window_id")
    if not isinstance(session, str) or not session:
        return None
    return f"{session}\n{window}" if isinstance(window, str) else session


def is_number(value: Any) -> TypeGuard[int]:  # noqa: ANN401 - what a client sent
    """Tell whether a value is a whole number of a size that a client can mean."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_TIME


def _moment(at_ms: int) -> datetime:
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise LineRefused("bad_time", "timestamp") from None
