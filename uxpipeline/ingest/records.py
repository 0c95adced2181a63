"""What a source adapter turns one input line into, whatever tracker wrote it.

Adapters map; they do not judge. `uxpipeline.ingest.parsing.validate` checks every record against the schema's rules, so
that a new adapter cannot let a bad value through.
"""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct, field

EventType = Literal[
    "click",
    "scroll",
    "hover",
    "rage_click",
    "hesitation",
    "form_start",
    "form_abandon",
    "form_submit",
    "error",
    "page_view",
    "time_on_element",
    "scroll_depth",
]
JsonObject = dict[str, Any]
SILENCE = timedelta(minutes=30)
"""A session without events for this long is over."""


class Event(Struct, frozen=True, kw_only=True):
    """One row of `behavior_events`.

    `earliest_only` marks a derived event that exists once per session (the first touch of a form): of several
    candidates with the same id, in whatever order they arrive, the one with the earliest timestamp is kept.
    `deepest_only` marks one that sums up several lines (how far a page was scrolled): the largest percentage is kept,
    at the latest timestamp.
    """

    id: UUID
    session_id: str
    event_type: str
    timestamp: datetime
    page_url: str
    element_path: str | None = None
    element_type: str | None = None
    element_text: str | None = None
    coordinates: JsonObject | None = None
    viewport_size: JsonObject | None = None
    event_data: JsonObject = field(default_factory=dict)
    component_id: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    received_at: datetime | None = None
    earliest_only: bool = False
    deepest_only: bool = False


class Session(Struct, frozen=True, kw_only=True):
    """What one line says about its session.

    `at` is the time of the event that says it, None for a record of the session itself (native `kind: session`): what
    such a record supplies is never replaced by what events imply.
    """

    session_id: str
    at: datetime | None
    landing_page: str | None = None
    exit_page: str | None = None
    exit_reason: str | None = None
    user_agent: str | None = None
    referrer: str | None = None
    device_type: str | None = None
    screen_resolution: str | None = None
    language: str | None = None
    country_code: str | None = None
    created_at: datetime | None = None
    duration_seconds: int | None = None
    page_count: int | None = None
    visitor: str | None = None
    """The source's visitor id in clear; stored only as a keyed hash in `visitor_key`."""
    received_at: datetime | None = None


class FunnelStep(Struct, frozen=True, kw_only=True):
    """One row of `conversion_funnels`; `derived` rows come from a configured rule, others from the source itself."""

    id: UUID
    session_id: str
    funnel_name: str
    step_name: str
    step_order: int
    entered_at: datetime
    exited_at: datetime | None = None
    duration_seconds: int | None = None
    dropoff_reason: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    received_at: datetime | None = None
    derived: bool = False


class Assignment(Struct, frozen=True, kw_only=True):
    """One row of `variant_assignments`.

    `park` says what to do when no such test exists: keep the row until it does (native) or count it as ignored (a
    tracker's flag that is not one of our tests).
    """

    id: UUID
    test_id: str
    session_id: str
    variant: str
    assigned_at: datetime
    metadata: JsonObject = field(default_factory=dict)
    received_at: datetime | None = None
    park: bool = True


class Conversion(Struct, frozen=True, kw_only=True):
    """A named conversion of a session, idempotent by (session, name, at); `test_id` None means all its tests."""

    session_id: str
    name: str
    at: datetime
    test_id: str | None = None


class Moment(Struct, frozen=True, kw_only=True):
    """When a visitor did something, in the words of a source that knows no sessions.

    `session_id` then stands for the visitor in every record of the line, until publish has all the visitor's moments
    and cuts them into sessions.
    """

    session_id: str
    visitor: str
    """In clear; staged and stored only as a keyed hash."""
    at: datetime


class Remark(Struct, frozen=True, kw_only=True):
    """What a line says about rows that other lines bring, earlier or later.

    `dead_click`: the click on the element whose path is `subject`, at `at`, had no effect. `form_touch`: in the form
    whose id is `subject` the field `value` was touched.
    """

    session_id: str
    kind: Literal["dead_click", "form_touch"]
    subject: str
    at: datetime
    value: str = ""


Record = Event | Session | FunnelStep | Assignment | Conversion | Moment | Remark


class Accepted(Struct, frozen=True):
    """A line the schema has a place for.

    Attributes:
        source_id: the source's own id of the line, the dedupe key within (session, id).
        session_id: session the id belongs to; None where the source has none.
        kind: what the source calls this kind of line; used when the line turns out to change nothing.
        records: rows to store, at least one.
    """

    source_id: str
    session_id: str | None
    kind: str
    records: tuple[Record, ...]


class Ignored(Struct, frozen=True):
    """A line the source defines but the schema has no place for; counted by `kind`."""

    source_id: str | None
    session_id: str | None
    kind: str


class Rejected(Struct, frozen=True):
    """A line that cannot be taken as it is; kept in quarantine.

    Attributes:
        reason: stable snake_case code, e.g. `not_json`, `missing_field`, `bad_time`.
        detail: which field, never its value.
    """

    reason: str
    detail: str = ""


Outcome = Accepted | Ignored | Rejected
