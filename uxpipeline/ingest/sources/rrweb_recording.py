"""What an adapter of rrweb remembers while it reads one recording."""

from dataclasses import dataclass, field

from uxpipeline.ingest.records import JsonObject, Outcome
from uxpipeline.ingest.sources.elements import Form
from uxpipeline.ingest.sources.rrweb_hit import Hit
from uxpipeline.ingest.sources.rrweb_mirror import Mirror
from uxpipeline.ingest.sources.rrweb_pointer import Pointer


@dataclass(frozen=True, slots=True)
class Page:
    """One view of a page."""

    url: str
    view: str
    viewport: JsonObject | None


@dataclass(slots=True)
class Submit:
    """A click that may turn out to have submitted a form."""

    hit: Hit
    form: Form
    page: Page


@dataclass(slots=True)
class Recording:
    """What is known so far of one recording."""

    name: str
    page: Page | None = None
    mirror: Mirror | None = None
    pointer: Pointer = field(default_factory=Pointer)
    submit: Submit | None = None
    loading: bool = False
    last: tuple[JsonObject, Outcome] | None = None
