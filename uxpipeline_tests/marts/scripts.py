"""Random scripts of what happens to a database between refreshes: few values, so that things collide."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from hypothesis import strategies as st

from uxpipeline_tests.marts.inputs import (
    DATA,
    KINDS,
    MOMENTS,
    EndInsert,
    Events,
    Insert,
    InsertLater,
    Load,
    LoadForm,
    LoadSession,
    Reach,
)
from uxpipeline_tests.marts.meddling import Aim, Change, Close, Erase, Remove, Restart, Unreach
from uxpipeline_tests.marts.stage import IN_THE_WAY, Stage


class Operation(Protocol):
    """One thing that happens."""

    def run(self, stage: Stage) -> None: ...


@dataclass(frozen=True)
class Refresh:
    """A refresh of at most so many days, now or when today's sessions are over."""

    most_days: int = 62
    rounds: int = 0

    def run(self, stage: Stage) -> None:
        stage.refresh(self.most_days, self.rounds)


@dataclass(frozen=True)
class Die:
    """A refresh that loses its connection after so many statements."""

    statements: int

    def run(self, stage: Stage) -> None:
        stage.refresh_and_die(self.statements)


@dataclass(frozen=True)
class Together:
    """A refresh, and at the same time another one or something else."""

    other: Operation

    def run(self, stage: Stage) -> None:
        with stage.beside() as second, ThreadPoolExecutor() as threads:
            running = [threads.submit(Refresh().run, stage), threads.submit(self.other.run, second)]
        for one in running:
            with suppress(*IN_THE_WAY):
                one.result()


_BEACON_MOMENTS = 4
_sessions, _moments, _orders = st.sampled_from("abc"), st.integers(0, len(MOMENTS) - 1), st.integers(1, 3)
_funnels, _numbers = st.sampled_from(("lead_capture", "purchase")), st.integers(0, 3)
_changes = {
    "timestamp": _moments,
    "page_url": st.just("https://shop.example/other"),
    "component_id": st.sampled_from(("basket", "menu", None)),
    "element_path": st.sampled_from(("#pay", "#other", None)),
    "event_type": st.sampled_from(KINDS),
    "event_data": st.sampled_from(DATA),
}


def _events(first: int, last: int, moments: st.SearchStrategy[int] = _moments) -> st.SearchStrategy[Events]:
    """Events with one of the numbers from `first` to `last`: a number that comes again repeats an event."""
    return st.builds(
        Events,
        _sessions,
        st.integers(first, last),
        moments,
        st.sampled_from(KINDS),
        st.sampled_from(("#pay", "#name", None)),
        st.sampled_from(("basket", None)),
        st.sampled_from(("/cart", "/lead")),
        st.integers(0, len(DATA) - 1),
        st.sampled_from((1, 1, 12)),
    )


_beacon_moments = st.integers(0, _BEACON_MOMENTS - 1)
_inserts = st.builds(Insert, _events(0, 5, _beacon_moments))
_loads = st.builds(Load, st.lists(_events(0, 3), min_size=1, max_size=3))
_erasures = st.builds(Erase, _sessions)
_refreshes: st.SearchStrategy[Operation] = st.builds(Refresh, st.sampled_from((1, 62, 62)), st.integers(0, 1))
_changed = st.sampled_from(sorted(_changes)).flatmap(
    lambda column: st.builds(Change, _sessions, _numbers, st.just(column), _changes[column])
)
_operations: st.SearchStrategy[Operation] = st.one_of(
    _inserts,
    _loads,
    st.builds(LoadSession, _sessions, _moments),
    st.builds(LoadForm, _sessions, _moments, st.booleans()),
    # Numbers of its own: a load of the same event would wait for the open transaction.
    st.builds(InsertLater, _events(4, 5, _beacon_moments)),
    st.builds(EndInsert, st.booleans()),
    st.builds(Reach, _sessions, _funnels, _orders, _beacon_moments, st.sampled_from((None, 30)), st.booleans()),
    _changed,
    st.builds(Restart, _sessions, _moments),
    st.builds(Close, _sessions),
    _erasures,
    st.builds(Remove, _sessions, _numbers),
    st.builds(Unreach, _sessions, _funnels, _orders),
    st.builds(Aim, _funnels, st.sampled_from((0, 2, 3))),
    st.builds(Die, st.integers(0, 120)),
    st.builds(Together, st.one_of(_refreshes, _inserts, _loads, _erasures)),
)
SCRIPTS = st.lists(_operations | _refreshes, min_size=2, max_size=14)
"""Lists of operations; every third or so is a refresh."""
