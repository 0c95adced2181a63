"""Logs of RudderStack: Segment's messages, with the number of the visitor's session."""

from collections.abc import Sequence
from typing import ClassVar

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.sources.messages import Messages


class RudderStack(Messages):
    """Adapter of RudderStack."""

    name: ClassVar[str] = "rudderstack"

    @classmethod
    def recognises(cls, sample: Sequence[JsonObject]) -> bool:
        """Tell whether some message says that it came by RudderStack."""
        return any({"messageId", "type"} <= line.keys() and _came_by_rudderstack(line) for line in sample)


def _came_by_rudderstack(line: JsonObject) -> bool:
    context = line.get("context")
    library = context.get("library") if isinstance(context, dict) else None
    name = library.get("name") if isinstance(library, dict) else None
    return "rudderId" in line or "request_ip" in line or (isinstance(name, str) and name.startswith("Rudder"))
