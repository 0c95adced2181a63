"""What reaches the tables in the ordinary ways: files and direct inserts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from uxpipeline_tests.load.lines import record, submit, touch
from uxpipeline_tests.marts.stage import Row, Stage

SECOND = timedelta(seconds=1)
# The first four lie in the beacon's seven days, on both sides of midnights; the others around the thirty days of
# daily_friction_summary, and on a day whose rows are in the default partition.
MOMENTS = (
    *(timedelta(days=-1, hours=12), -2 * SECOND, timedelta(days=-1) - 2 * SECOND, timedelta(days=-5)),
    *(timedelta(days=-30), timedelta(days=-30, microseconds=-1), timedelta(days=-45, hours=8)),
)
DATA: tuple[Row, ...] = (
    *({"hesitation_ms": 1200}, {"hesitation_ms": "250.5"}, {"hesitation_ms": "abc"}, {"hesitation_ms": 3000000000}),
    *({"percentage": 40}, {"percentage": "85%"}, {}),
)
KINDS = ("click", "rage_click", "hesitation", "form_abandon", "scroll_depth")
_CORRECT = """
    update public.conversion_funnels set entered_at = %s, exited_at = null, duration_seconds = %s
    where session_id = %s and funnel_name = %s and step_order = %s
"""


@dataclass(frozen=True)
class Events:
    """Twelve events or one: `friction_points` lists what happened more than ten times."""

    session: str
    number: int
    moment: int
    kind: str = "rage_click"
    element: str | None = "#pay"
    component: str | None = "basket"
    page: str = "/cart"
    data: int = 0
    copies: int = 1

    def rows(self, stage: Stage) -> list[Row]:
        return [
            {
                "id": an_id(self.session, self.number, copy),
                "session_id": self.session,
                "event_type": self.kind,
                "timestamp": (stage.midnight + MOMENTS[self.moment] + copy * SECOND / 4).isoformat(),
                "page_url": f"https://shop.example{self.page}",
                "element_path": self.element,
                "element_type": self.element and "button",
                "component_id": self.component,
                "event_data": DATA[self.data],
            }
            for copy in range(self.copies)
        ]


def an_id(session: str, number: int, copy: int = 0) -> str:
    return str(uuid5(NAMESPACE_URL, f"{session}/{number}/{copy}"))


@dataclass(frozen=True)
class Load:
    """A file of a tracker's."""

    events: Sequence[Events]

    def run(self, stage: Stage) -> None:
        stage.load([line for events in self.events for line in events.rows(stage)])


@dataclass(frozen=True)
class LoadSession:
    """A file with what a tracker knows of a session itself: its start moves, and with it all times to events."""

    session: str
    moment: int

    def run(self, stage: Stage) -> None:
        start = (stage.midnight + MOMENTS[self.moment]).isoformat()
        stage.load([record(self.session, created_at=start, landing_page="https://shop.example/")])


@dataclass(frozen=True)
class LoadForm:
    """A form that somebody began to fill in, and perhaps sent: who did not has abandoned it, once silent."""

    session: str
    moment: int
    sent: bool

    def run(self, stage: Stage) -> None:
        line = submit(self.session, 60) if self.sent else touch(self.session, self.moment)
        stage.load([line | {"timestamp": (stage.midnight + MOMENTS[self.moment]).isoformat()}])


@dataclass(frozen=True)
class Insert:
    """A beacon's direct insert."""

    events: Events

    def run(self, stage: Stage) -> None:
        stage.send("behavior_events", self.events.rows(stage))


@dataclass(frozen=True)
class InsertLater:
    """A direct insert whose transaction stays open while other things happen."""

    events: Events

    def run(self, stage: Stage) -> None:
        stage.send_later(self.events.rows(stage))


@dataclass(frozen=True)
class EndInsert:
    """The transaction that stayed open ends."""

    keep: bool

    def run(self, stage: Stage) -> None:
        stage.end_sending(keep=self.keep)


@dataclass(frozen=True)
class Reach:
    """A session reaches a funnel step: told by the beacon, or corrected by the owner."""

    session: str
    funnel: str
    order: int
    moment: int
    seconds: int | None
    correct: bool

    def run(self, stage: Stage) -> None:
        at, key = stage.midnight + MOMENTS[self.moment], (self.session, self.funnel, self.order)
        if self.correct:
            stage.change(_CORRECT, at, self.seconds, *key)
        else:
            start: Row = {"session_id": self.session, "landing_page": "/", "created_at": at}
            stage.send("user_sessions", [start])
            step = dict(zip(("session_id", "funnel_name", "step_order"), key, strict=True))
            stage.send(
                "conversion_funnels",
                [{**step, "step_name": "step", "entered_at": at, "duration_seconds": self.seconds}],
            )
