"""How the loader reads the files of a source."""

from collections.abc import Callable
from dataclasses import dataclass

from uxpipeline.ingest.files.strict_json import MAX_DEPTH, MAX_KEYS
from uxpipeline.ingest.records import JsonObject

Order = tuple[str, int, int]
"""What belongs together, when it was, and what comes first at one moment."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source asks of the loader.

    Attributes:
        order: where a line belongs, None where it does not say. With it lines come sorted, equal ones by their bytes,
            and the adapter may keep what it saw of one recording until the next begins: the order of lines still does
            not matter. Without it each line is mapped by itself.
        max_depth: how deep objects and lists of a sorted line may be nested.
        max_keys: how many keys a sorted line may have.
    """

    order: Callable[[JsonObject], Order | None] | None = None
    max_depth: int = MAX_DEPTH
    max_keys: int = MAX_KEYS


LINE_BY_LINE = Reading()
