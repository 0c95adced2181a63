"""Where the mouse rested. rrweb tells its way in batches, each up to half a second after the first position in it."""

from typing import NamedTuple

from uxpipeline.ingest.records import JsonObject

SHORTEST_REST_MS = 500
LONGEST_REST_MS = 60_000
"""Who rests longer than this may have left."""
RESTS: JsonObject = {
    "detector": "uxpipeline.rest",
    "version": 1,
    "parameters": {"shortest_ms": SHORTEST_REST_MS, "longest_ms": LONGEST_REST_MS},
}


class Position(NamedTuple):
    """When the mouse came to a place, and which element is there."""

    at_ms: int
    node: int


class Rest(NamedTuple):
    """How long the mouse stayed on one element."""

    since_ms: int
    node: int
    lasted_ms: int


class Pointer:
    """Where the mouse is, and what is known of its way from there."""

    def __init__(self) -> None:
        self._since: Position | None = None
        self._ahead: list[Position] = []

    def moved(self, positions: list[Position]) -> list[Rest]:
        """Take a batch; return the rests that ended by the time it begins."""
        self._ahead += positions
        return self._advance(positions[0].at_ms) if positions else []

    def clicked(self, at_ms: int) -> tuple[list[Rest], Rest | None]:
        """Return the rests that ended before a click, and the one that it ended; what comes after is another."""
        ended = self._advance(at_ms)
        since, self._since = self._since, None
        return ended, _rest(since, at_ms)

    def _advance(self, until_ms: int) -> list[Rest]:
        ended = []
        while self._ahead and self._ahead[0].at_ms <= until_ms:
            position = self._ahead.pop(0)
            if self._since is None or self._since.node != position.node:
                rest = _rest(self._since, position.at_ms)
                ended += [rest] if rest else []
                self._since = position
        return ended


def positions_of(data: JsonObject, timestamp: int) -> list[Position]:
    """Return the positions of a batch in the order of time; what makes no sense is left out."""
    listed = data.get("positions")
    found = []
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            offset, node = item.get("timeOffset"), item.get("id")
            if isinstance(offset, int) and isinstance(node, int) and -LONGEST_REST_MS < offset <= 0:
                found.append(Position(timestamp + offset, node))
    return sorted(found)


def _rest(since: Position | None, until_ms: int) -> Rest | None:
    if since is None or not SHORTEST_REST_MS <= until_ms - since.at_ms <= LONGEST_REST_MS:
        return None
    return Rest(since.at_ms, since.node, until_ms - since.at_ms)
