"""The queue as the generator sees it: what is live, what may come back, and how much room there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.friction.facts import Window
from uxpipeline.friction.parameters import EvidenceGate, Parameters
from uxpipeline.proposals.draft import Related, dedupe_key
from uxpipeline.proposals.guards import Block, Judged
from uxpipeline.proposals.history import Attempt, attempts, cool_down
from uxpipeline.proposals.names import surface_name
from uxpipeline.proposals.overlap import Surface, shared_sessions
from uxpipeline.proposals.parameters import MOST_OPEN, MOST_PER_DAY, SHARED_SESSIONS


@dataclass(frozen=True)
class Live:
    """A live proposal by what nothing else may be proposed for."""

    proposal_id: str
    page: str | None
    surface: Surface | None


@dataclass
class Queue:
    """Live proposals, last attempts and budgets; grows as proposals are made."""

    live: list[Live]
    last: Mapping[str, Attempt]
    passing: Sequence[Judged]
    shared: Mapping[frozenset[Surface], float]
    gate: EvidenceGate
    now: datetime
    waiting: int
    made_today: int

    @classmethod
    def read(
        cls,
        connection: Connection,
        passing: Sequence[Judged],
        parameters: Parameters,
        gate: EvidenceGate,
        now: datetime,
    ) -> "Queue":
        """Read the queue, and count which of the surfaces in question share their affected sessions."""
        known = attempts(connection)
        live = [Live(one.proposal_id, one.page, _surface(one)) for one in known if one.live]
        first = passing[0].candidate
        window = Window(first.as_of, first.input_watermark, parameters.window_days, parameters.recent_days)
        surfaces = [surface_of(one) for one in passing] + [one.surface for one in live if one.surface]
        budget = connection.execute(statement("proposals/open_counts"), {"now": now}).fetchone()
        if budget is None:
            raise RuntimeError("the budgets cannot be read")
        return cls(
            live=live,
            last={one.dedupe_key: one for one in known if one.dedupe_key},
            passing=passing,
            shared=shared_sessions(connection, surfaces, window, parameters),
            gate=gate,
            now=now,
            waiting=budget[0],
            made_today=budget[1],
        )

    def before(self, judged: Judged) -> Attempt | None:
        """The last attempt at the same change."""
        return self.last.get(dedupe_key(judged.candidate))

    def made_from(self, judged: Judged) -> Attempt | None:
        """The live proposal of exactly this change."""
        before = self.before(judged)
        return before if before and before.live else None

    def block(self, judged: Judged) -> Block | None:
        """Why a candidate has to wait; None where it may be proposed."""
        before = self.before(judged)
        return (
            (cool_down(judged, before, self.now, self.gate) if before else None)
            or self._same_place(judged)
            or self._same_cause(judged)
            or self._no_room()
        )

    def related(self, judged: Judged) -> list[Related]:
        """Candidates that likely have the same cause and are left to this proposal."""
        mine = surface_of(judged)
        found = []
        for other in self.passing:
            share = self.shared.get(frozenset((mine, surface_of(other))), 0.0)
            if other is not judged and share >= SHARED_SESSIONS:
                candidate = other.candidate
                found.append(Related(candidate.surface_level, candidate.surface, candidate.signal, round(share, 2)))
        return found

    def take(self, judged: Judged, proposal_id: str) -> None:
        """Enter a proposal that was just made."""
        self.live.append(Live(proposal_id, _page(judged), surface_of(judged)))
        self.waiting += 1
        self.made_today += 1

    def _same_place(self, judged: Judged) -> Block | None:
        surface, page = surface_of(judged), _page(judged)
        for one in self.live:
            if one.surface and one.surface[:2] == surface[:2]:
                return Block("surface_taken", f"{one.proposal_id} is live on this surface")
            if page is not None and one.page == page:
                return Block("page_taken", f"{one.proposal_id} is live on this page")
        return None

    def _same_cause(self, judged: Judged) -> Block | None:
        for one in self.live:
            share = self.shared.get(frozenset((surface_of(judged), one.surface or ("", "", ""))), 0.0)
            if share >= SHARED_SESSIONS:
                return Block("same_cause", f"{share:.0%} of the affected sessions are those of {one.proposal_id}")
        return None

    def _no_room(self) -> Block | None:
        if self.made_today >= MOST_PER_DAY:
            return Block("day_budget", f"{self.made_today} made today, at most {MOST_PER_DAY}")
        if self.waiting >= MOST_OPEN:
            return Block("open_budget", f"{self.waiting} wait for a decision, at most {MOST_OPEN}")
        return None


def surface_of(judged: Judged) -> Surface:
    """What sessions are compared by."""
    return judged.candidate.surface_level, judged.candidate.surface_hash, judged.candidate.signal


def _page(judged: Judged) -> str | None:
    return surface_name(judged.candidate.page_key) if judged.candidate.page_key else None


def _surface(one: Attempt) -> Surface | None:
    if one.surface_level is None or one.surface_hash is None or one.signal is None:
        return None
    return one.surface_level, one.surface_hash, one.signal
