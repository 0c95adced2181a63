"""The trackers we read, and how to add one.

An adapter is a class in a module of its own beside this one, entered in `SOURCES`. It turns one decoded line into one
`Outcome`, keeping nothing between lines, so that the order of lines cannot matter:

- `Accepted` with the rows the line stands for, ids derived from the line where the tracker has none;
- `Ignored`, by kind, for what the tracker defines and our tables have no place for;
- `LineRefused` raised (the functions in `uxpipeline.ingest.fields` do) where something it needs is missing or wrong.

It maps and does not judge: limits, masking and the hash of the visitor come afterwards, the same for all trackers. What
a tracker does not report is derived afterwards too, from rows that the adapter marks (`signals.py`).

`docs/sources.md` has a complete example and the rules of each part, `native.py` is the smallest adapter in use,
`uxpipeline_tests/ingest/test_native.py` how one is tested.
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from uxpipeline.errors import InputError
from uxpipeline.ingest.records import JsonObject, Outcome
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.native import Native
from uxpipeline.ingest.sources.posthog import PostHog
from uxpipeline.ingest.sources.reading import Reading
from uxpipeline.ingest.sources.rrweb import RRWeb
from uxpipeline.ingest.sources.rudderstack import RudderStack
from uxpipeline.ingest.sources.segment import Segment
from uxpipeline.ingest.sources.snowplow import Snowplow


class Source(Protocol):
    """An adapter for one tracker's files."""

    name: ClassVar[str]
    reading: ClassVar[Reading]

    def __init__(self, context: Context) -> None: ...

    @classmethod
    def recognises(cls, sample: Sequence[JsonObject]) -> bool:
        """Tell from the first objects of a file whether it is this tracker's."""
        ...

    def parse(self, line: JsonObject) -> Outcome:
        """Map one line.

        Raises:
            LineRefused: it lacks something, or something in it is wrong.
        """
        ...


SOURCES: dict[str, type[Source]] = {
    source.name: source for source in (PostHog, Snowplow, RudderStack, Segment, RRWeb, Native)
}
"""By name, the more particular before the more general: the first that recognises a file reads it."""


def detect(sample: Sequence[JsonObject], context: Context) -> Source | None:
    """Return the adapter for a file that begins with `sample`, None where none recognises it."""
    return next((source(context) for source in SOURCES.values() if source.recognises(sample)), None)


def source_named(name: str, context: Context) -> Source:
    """Return the adapter called `name`.

    Raises:
        InputError: there is none.
    """
    if name not in SOURCES:
        raise InputError(f"There is no source `{name}`", f"Choose one of: auto, {', '.join(sorted(SOURCES))}")
    return SOURCES[name](context)
