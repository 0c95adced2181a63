"""How sure to be that a change helps at all: what happened to earlier ones of the same grade."""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.optimize import isotonic_regression

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement

STATED: dict[str, float] = {"D": 0.20, "C": 0.25, "B": 0.33, "A": 0.40}
"""Probability that a change helps, by grade, until enough outcomes are known. About a third of tested changes improve
what they were meant to improve (Kohavi, Tang & Xu 2020, Trustworthy Online Controlled Experiments); the steps between
grades are an assumption."""
FEWEST_OUTCOMES = 30
_WEIGHT = 10
"""Outcomes that the stated probability of a grade counts for."""


@dataclass(frozen=True)
class Confidence:
    """Probability that a change helps, and where it comes from: `stated` or `outcomes`."""

    probability: float
    source: str


def confidences(connection: Connection) -> dict[str, Confidence]:
    """By grade, from the measured outcomes of proposals of ours."""
    rows = connection.execute(statement("proposals/outcomes")).fetchall()
    return calibrated({grade: (measured, helped) for grade, measured, helped in rows})


def calibrated(outcomes: Mapping[str, tuple[int, int]]) -> dict[str, Confidence]:
    """Shares that helped, drawn to the stated ones and made to rise with the grade; the stated ones below 30 outcomes.

    Args:
        outcomes: by grade how many were measured and how many of those helped.
    """
    if sum(measured for measured, _ in outcomes.values()) < FEWEST_OUTCOMES:
        return {grade: Confidence(probability, "stated") for grade, probability in STATED.items()}
    counts = [outcomes.get(grade, (0, 0)) for grade in STATED]
    weights = [measured + _WEIGHT for measured, _ in counts]
    shares = [
        (helped + _WEIGHT * stated) / weight
        for (_, helped), weight, stated in zip(counts, weights, STATED.values(), strict=True)
    ]
    rising = isotonic_regression(shares, weights=weights).x
    return {grade: Confidence(round(float(share), 2), "outcomes") for grade, share in zip(STATED, rising, strict=True)}
