"""What somebody with write access may do to the tables behind the pipeline's back, and its own configuration."""

from dataclasses import dataclass
from typing import Any

from uxpipeline_tests.marts.inputs import MOMENTS, an_id
from uxpipeline_tests.marts.stage import Stage


@dataclass(frozen=True)
class Unreach:
    """Somebody deletes a funnel step behind our back."""

    session: str
    funnel: str
    order: int

    def run(self, stage: Stage) -> None:
        step = "where session_id = %s and funnel_name = %s and step_order = %s"
        delete = f"delete from public.conversion_funnels {step}"  # noqa: S608 - nothing from outside
        stage.change(delete, self.session, self.funnel, self.order)


@dataclass(frozen=True)
class Change:
    """Somebody updates a column of an event; also its time, which may move it to another day's partition."""

    session: str
    number: int
    column: str
    to: Any

    def run(self, stage: Stage) -> None:
        new = stage.midnight + MOMENTS[self.to] if self.column == "timestamp" else self.to
        where = "where session_id = %s and id = %s"
        update = f'update public.behavior_events set "{self.column}" = %s {where}'  # noqa: S608 - a name of ours
        stage.change(update, new, self.session, an_id(self.session, self.number))


@dataclass(frozen=True)
class Restart:
    """Somebody moves the start of a session."""

    session: str
    moment: int

    def run(self, stage: Stage) -> None:
        start = stage.midnight + MOMENTS[self.moment]
        stage.change("update public.user_sessions set created_at = %s where session_id = %s", start, self.session)


@dataclass(frozen=True)
class Close:
    """The beacon closes a session."""

    session: str

    def run(self, stage: Stage) -> None:
        stage.change("select public.close_session(%s, '/end', 'close', 3)", self.session)


@dataclass(frozen=True)
class Remove:
    """Somebody deletes an event behind our back."""

    session: str
    number: int

    def run(self, stage: Stage) -> None:
        event = an_id(self.session, self.number)
        stage.change("delete from public.behavior_events where session_id = %s and id = %s", self.session, event)


@dataclass(frozen=True)
class Erase:
    """Somebody deletes a session behind our back, and all its rows with it."""

    session: str

    def run(self, stage: Stage) -> None:
        stage.change("delete from public.user_sessions where session_id = %s", self.session)


@dataclass(frozen=True)
class Aim:
    """The conversion goal becomes another funnel, or one of other steps."""

    funnel: str
    steps: int

    def run(self, stage: Stage) -> None:
        stage.aim(self.funnel, self.steps)
