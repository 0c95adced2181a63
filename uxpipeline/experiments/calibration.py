"""How good predictions were, and what that teaches the next: the share of a loss that changes recover."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg.rows import class_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.proposals.parameters import RECOVERY

FEWEST_OUTCOMES = 20
"""Finished tests of a signal and change type from which they speak for themselves."""
_CERTAIN = 1e-4
_BOUNDS = (0.02, 0.95)


@dataclass(frozen=True)
class Measured:
    """A finished test of a proposal: what was predicted and what came out.

    Attributes:
        signal: friction the change answered.
        change_type: kind of change.
        predicted: median of the predicted relative change, which supposes that `recovery` of the loss comes back.
        predicted_low: 10 % quantile.
        predicted_high: 90 % quantile.
        recovery: mean share of the loss that the prediction supposed.
        confidence: probability that was stated for any improvement.
        naive: relative change as measured.
        variance: of its logarithm.
        helped: whether its test found an improvement, and the hold-back not the contrary.
    """

    signal: str
    change_type: str
    predicted: float
    predicted_low: float
    predicted_high: float
    recovery: float
    confidence: float | None
    naive: float
    variance: float
    helped: bool


@dataclass(frozen=True)
class Calibration:
    """How predictions of a group held.

    Attributes:
        tests: finished tests.
        brier: mean squared error of the stated probabilities (Brier 1950); 0.25 is a coin; None where none were stated.
        coverage: share of measured changes inside the predicted 80 % interval, noise of the measurement included.
        recovery: Beta prior of the recovered share for the next predictions.
        source: `stated`, or `outcomes` from 20 tests on.
    """

    tests: int
    brier: float | None
    coverage: float | None
    recovery: tuple[float, float]
    source: str


@dataclass(frozen=True)
class Wins:
    """How many finished tests B won, and how many it would have won by chance alone.

    Attributes:
        tests: finished ones.
        won: by B.
        by_chance: expected if no change did anything: α/2 of each test.
    """

    tests: int
    won: int
    by_chance: float


def wins(connection: Connection) -> Wins:
    """Over all finished tests."""
    with connection.cursor(row_factory=class_row(Wins)) as cursor:
        found = cursor.execute(statement("experiments/wins")).fetchone()
    if found is None:
        raise RuntimeError("the finished tests cannot be counted")
    return found


def measured_outcomes(connection: Connection) -> list[Measured]:
    """Finished tests of proposals that predicted something."""
    with connection.cursor(row_factory=class_row(Measured)) as cursor:
        return cursor.execute(statement("experiments/measured")).fetchall()


def calibrate(outcomes: Iterable[Measured]) -> dict[tuple[str, str], Calibration]:
    """Calibration per signal and change type."""
    groups: Mapping[tuple[str, str], list[Measured]] = defaultdict(list)
    for one in outcomes:
        groups[one.signal, one.change_type].append(one)
    return {group: judge(found) for group, found in sorted(groups.items())}


def recoveries(connection: Connection) -> dict[tuple[str, str], tuple[float, float]]:
    """Beta prior of the recovered share by signal and change type, where finished tests teach one."""
    calibrations = calibrate(measured_outcomes(connection))
    return {group: found.recovery for group, found in calibrations.items() if found.source == "outcomes"}


def judge(outcomes: Sequence[Measured]) -> Calibration:
    """Calibration of one group."""
    stated = [(one.confidence, one.helped) for one in outcomes if one.confidence is not None]
    covered = [one.predicted_low <= one.naive <= one.predicted_high for one in outcomes]
    enough = len(outcomes) >= FEWEST_OUTCOMES
    return Calibration(
        tests=len(outcomes),
        brier=sum((probability - helped) ** 2 for probability, helped in stated) / len(stated) if stated else None,
        coverage=sum(covered) / len(covered) if covered else None,
        recovery=recovered(outcomes) if enough else RECOVERY,
        source="outcomes" if enough else "stated",
    )


def recovered(outcomes: Sequence[Measured]) -> tuple[float, float]:
    """Beta distribution of the recovered share after the stated one met the outcomes.

    An outcome's share is measured ÷ (predicted ÷ supposed share), its variance that of the measurement on the same
    scale. Their precision-weighted mean and the stated mean are combined as two normals; the Beta has the mean and
    variance of the result.
    """
    a, b = RECOVERY
    mean, variance = a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1))
    weight, total = 1 / variance, mean / variance
    for one in outcomes:
        whole = one.predicted / one.recovery
        if whole <= 0:
            continue
        precision = 1 / max(one.variance / whole**2, _CERTAIN)
        weight, total = weight + precision, total + precision * one.naive / whole
    share = min(max(total / weight, _BOUNDS[0]), _BOUNDS[1])
    # The share of one change is less certain than the mean of many: the stated spread stays.
    spread = min(variance, share * (1 - share) * 0.9)
    size = share * (1 - share) / spread - 1
    return share * size, (1 - share) * size
