"""What a report says, as read from the database and before it is put into words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from uxpipeline.friction.store import DayScore
from uxpipeline.ingest.ledger import LedgerTotals
from uxpipeline.proposals.words import number

Row = TypeVar("Row")

WINDOW_DAYS = 28
"""Days a score covers; a test keeps it equal to the scorer's own parameter, which is slow to import."""


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """The first rows of a list and how many it has in all."""

    rows: list[Row]
    total: int

    @property
    def more(self) -> int:
        """Rows that are not among the first."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Scoring:
    """The day that is reported and how it was scored."""

    as_of: date
    score_version: str
    observed_days: int

    @property
    def first_day(self) -> date:
        """First day of the scoring window; `as_of` is its last."""
        return self.as_of - timedelta(days=WINDOW_DAYS - 1)


@dataclass(frozen=True)
class Score:
    """One row of `friction_scores`.

    `signals` maps those that fired on the surface to affected sessions; `days` are its scores of signal `any` on recent
    as-of days, oldest first.
    """

    surface_level: str
    surface_key: str
    signal: str
    denominator: str
    exposed_sessions: int
    affected_sessions: int
    affected_visitors: int
    rate: float
    rate_low: float
    rate_high: float
    lost_conversions: float | None
    lost_low: float | None
    lost_high: float | None
    evidence_grade: str
    state: str
    rank: int | None
    signals: dict[str, int]
    days: Sequence[DayScore] = ()


@dataclass(frozen=True)
class Level:
    """The surfaces of one level: those with affected sessions and those without, both by rank."""

    name: str
    ranked: Listing[Score]
    quiet: Listing[Score]


@dataclass(frozen=True)
class Proposal:
    """One row of `optimization_history`; whoever may write proposals may put anything into evidence and test."""

    proposal_id: str
    status: str
    friction_point: str
    component_id: str | None
    page_url: str | None
    change_description: str
    expected_impact: Decimal | None
    profile: str | None
    evidence: Any
    evidence_day: str | None
    evidence_grade: str | None
    test: Any
    verdict: str | None
    prediction: Any

    def evidence_number(self, name: str) -> float | None:
        """A number of the evidence; None where there is none."""
        return number(self.evidence, name)

    def test_number(self, name: str) -> float | None:
        """A number of what a test would need; None where there is none."""
        return number(self.test, name)

    def predicted(self, name: str) -> float | None:
        """A number of what is expected of it; None where there is none."""
        return number(self.prediction, name)

    @property
    def testable(self) -> bool | None:
        """Whether traffic could carry a test; None where nobody judged it."""
        return {"testable": True, "not_testable": False}.get(self.verdict or "")


@dataclass(frozen=True)
class Blocked:
    """Friction on a surface that is not proposed, and why."""

    surface_key: str
    signal: str
    reason: str
    detail: str
    affected_sessions: int
    exposed_sessions: int


@dataclass(frozen=True)
class FunnelStep:
    """One step of a funnel and the sessions that reached it."""

    funnel_name: str
    step_order: int
    step_name: str
    sessions: int
    configured: bool


@dataclass(frozen=True)
class Funnel:
    """A funnel by its steps, in order."""

    name: str
    configured: bool
    steps: list[FunnelStep]

    @property
    def most(self) -> int:
        """Sessions of its most visited step, at least 1: the length of the longest bar."""
        return max(1, *(step.sessions for step in self.steps))


@dataclass(frozen=True)
class LedgerFile:
    """One load of a file; every line is counted once."""

    name: str
    source: str
    status: str
    lines: int
    inserted: int
    duplicates: int
    quarantined: int
    parked: int
    ignored: int
    problem: str | None


@dataclass(frozen=True)
class Count:
    """How many of something there are."""

    name: str
    count: int


@dataclass(frozen=True)
class Loaded:
    """What was loaded and what became of it."""

    files: Listing[LedgerFile]
    totals: LedgerTotals
    ignored: Listing[Count]
    quarantine: Listing[Count]
    tables: list[Count]

    @property
    def adds_up(self) -> bool:
        """Whether every line of every loaded file is accounted for."""
        totals = self.totals
        return totals.lines == (
            totals.inserted + totals.duplicates + totals.quarantined + totals.parked + totals.ignored
        )

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.count for table in self.tables)


@dataclass(frozen=True)
class Report:
    """Everything the page shows.

    Attributes:
        database: name of the database.
        profile: profile the report was asked for under.
        conversion: funnel whose last step the scores take for the conversion.
        configured_conversion: the one the settings name now.
        scoring: the reported day; None before the first scores.
        site: scores of the whole site, one per signal that was ever sent, `any` first.
        levels: surfaces of the levels below the site, the smallest first.
        forms: forms by how surely they are abandoned.
        withheld: scores not shown, because too few sessions met the surface.
        proposals: newest first.
        blocked: friction that is not proposed, the most affected sessions first.
        funnels: configured ones first.
        funnel_steps_left_out: steps beyond the cap.
        loaded: the ledger.
    """

    database: str
    profile: str
    conversion: str
    configured_conversion: str
    scoring: Scoring | None
    site: list[Score]
    levels: list[Level]
    forms: Listing[Score]
    withheld: int
    proposals: Listing[Proposal]
    blocked: Listing[Blocked]
    funnels: list[Funnel]
    funnel_steps_left_out: int
    loaded: Loaded

    @property
    def overall(self) -> Score | None:
        """The whole site's score over all signals; None without scores."""
        return next((score for score in self.site if score.signal == "any"), None)

    @property
    def worst(self) -> Score | None:
        """First-ranked surface of the smallest level on which anything was affected."""
        return next((level.ranked.rows[0] for level in self.levels if level.ranked.rows), None)
