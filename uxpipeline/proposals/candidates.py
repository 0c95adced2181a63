"""Friction that a rule answers: what the generator may propose, most worth first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import dict_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.display import FEWEST_SESSIONS
from uxpipeline.proposals.names import key_hash, surface_name
from uxpipeline.proposals.rules import RULES, Rule


@dataclass(frozen=True)
class Candidate:
    """A score and the rule that answers it; `peer_rate` is the median rate of its peers where it has at least two."""

    rule: Rule
    as_of: date
    surface_level: str
    surface_key: str
    signal: str
    denominator: str
    exposed_sessions: int
    affected_sessions: int
    affected_visitors: int
    converted_sessions: int
    rate: float
    rate_low: float
    rate_high: float
    lost_conversions: float | None
    lost_low: float | None
    lost_high: float | None
    lost_rank_bound: float | None
    p_loss: float | None
    evidence_grade: str
    score_version: str
    input_watermark: datetime
    component_id: str | None
    page_key: str | None
    element_type: str | None
    observed_days: int
    negative_control_p: float | None
    placebo_p: float | None
    excess_abandons: float | None
    recent_exposed: int | None
    recent_affected: int | None
    anomaly_q: float | None
    peer_rate: float | None

    @property
    def surface(self) -> str:
        """The surface as proposals name it."""
        return surface_name(self.surface_key)

    @property
    def surface_hash(self) -> str:
        """What tells the surface from others without repeating what a browser wrote."""
        return key_hash(self.surface_key)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a block is filed under."""
        return self.surface_level, self.surface_key, self.signal, self.rule.name


def find_candidates(connection: Connection, as_of: date) -> list[Candidate]:
    """Scores of the day with any affected session that a rule answers, the most worth first.

    Surfaces that too few sessions met are left out: not even why they are not proposed may name them.
    """
    values = {"as_of": as_of, "fewest": FEWEST_SESSIONS}
    with connection.cursor(row_factory=dict_row) as cursor:
        scores: list[dict[str, Any]] = cursor.execute(statement("proposals/candidates"), values).fetchall()
    return [
        Candidate(rule, **score)
        for score in scores
        for rule in RULES
        if rule.fits(score["surface_level"], score["signal"], score["element_type"])
    ]
