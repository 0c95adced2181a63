"""Logs of Segment: messages without a session, which publish cuts into visits."""

from collections.abc import Sequence
from typing import ClassVar

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.sources.messages import Messages


class Segment(Messages):
    """Adapter of Segment."""

    name: ClassVar[str] = "segment"

    @classmethod
    def recognises(cls, sample: Sequence[JsonObject]) -> bool:
        """Tell whether some object has the keys of a message."""
        return any(
            {"messageId", "type"} <= line.keys() and ("anonymousId" in line or "userId" in line) for line in sample
        )
