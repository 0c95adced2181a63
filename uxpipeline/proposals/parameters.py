"""Thresholds of the generator, in one place."""

from dataclasses import dataclass
from datetime import timedelta

from uxpipeline.settings import Profile

MOST_PER_DAY = 5
"""New proposals a UTC day."""
MOST_OPEN = 10
"""Proposals that wait for a decision, whoever made them."""
OLDEST_WATERMARK = timedelta(hours=36)
FEWEST_DAYS = 7
"""Days of events before anything is proposed."""
SHARED_SESSIONS = 0.5
"""Share of affected sessions, of the smaller surface, above which two surfaces are taken to have one cause."""
COOL_DOWN_DAYS = 14
REJECTED_DAYS = 90
ROLLED_BACK_DAYS = 60
LOSS_GROWTH = 2.0
"""Growth of the lower bound of a loss that re-opens what was rejected."""
RECURRENCE = 0.5
"""Recent rate ÷ rate when proposed, from which friction counts as come back."""
LIKELY_LOSS = 0.80
"""Least probability that anything is lost."""
LONGEST_TEST_DAYS = 42
"""A change that traffic cannot test in this time is not proposed."""
ANOMALY_Q = 0.10
"""False-discovery rate at which a form's excess of abandonments counts."""
FALSIFIED_P = 0.05
GRADES = frozenset({"A", "B"})
SEED = 20261122
DRAWS = 4000
RECOVERY = (2.0, 4.0)
"""Beta prior of the share of a loss that a change recovers: a third on average."""


@dataclass(frozen=True)
class Strictness:
    """Which guards a profile keeps.

    Attributes:
        estimates: grade, probability of a loss and falsification.
        warm_up: nothing is proposed before there is history.
        testability: what traffic cannot test is not proposed.
    """

    estimates: bool
    warm_up: bool
    testability: bool


STRICTNESS: dict[Profile, Strictness] = {
    "default": Strictness(estimates=True, warm_up=True, testability=True),
    "demo": Strictness(estimates=False, warm_up=False, testability=False),
}
