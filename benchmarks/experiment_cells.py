"""Cells and seeds of the experiment benchmark, fixed before anything was tuned."""

from dataclasses import dataclass

SEED = 20261123
REPLICATIONS = 5_000


@dataclass(frozen=True)
class Cell:
    """One kind of test.

    Attributes:
        name: as the tables show it.
        per_day: units a day, both arms.
        baseline: conversion rate of A.
        lift: relative change that B brings.
        days: the test is sized to end after this many.
        share_b: true share of B, where the plan says half.
        ramp: the true share of B rises from 10 % to 50 % in the first two weeks while the conversion rate falls.
        weekly: traffic and rates follow a week.
        effect: relative change the test is designed for.
        confidence: 1 − α.
        guardrails: relative changes that B brings to what it must not make worse, by name; none: it is not counted.
    """

    name: str
    per_day: int
    baseline: float
    lift: float = 0.0
    days: int = 28
    share_b: float = 0.5
    ramp: bool = False
    weekly: bool = False
    effect: float = 0.20
    confidence: float = 0.95
    guardrails: tuple[tuple[str, float], ...] = ()


RATES = {"error": 0.03, "rage_click": 0.02, "bounce": 0.40, "other_funnels": 0.05}
"""Shares of units of A that meet what guardrails count."""
_UNHARMED = tuple((name, 0.0) for name in RATES)
_MORE_ERRORS = (("error", 0.5), *_UNHARMED[1:])

CELLS = (
    Cell("A/A 200/d 2 %", 200, 0.02),
    Cell("A/A 1000/d 5 %", 1000, 0.05),
    Cell("A/A 2000/d 20 %", 2000, 0.20),
    Cell("A/A 1000/d 5 %, confidence 0.90", 1000, 0.05, confidence=0.90),
    Cell("A/A 1000/d 5 %, weekly pattern", 1000, 0.05, weekly=True),
    Cell("A/A 1000/d 5 %, ramp and trend", 1000, 0.05, ramp=True),
    Cell("A/A 1000/d 5 %, hidden 52/48", 1000, 0.05, share_b=0.52),
    Cell("5→6 % 600/d", 600, 0.05, lift=0.20),
    Cell("5→6 % 1000/d", 1000, 0.05, lift=0.20),
    Cell("5→6 % 600/d, weekly pattern", 600, 0.05, lift=0.20, weekly=True),
    Cell("−20 % 1000/d", 1000, 0.05, lift=-0.20),
    Cell("−50 % 1000/d", 1000, 0.05, lift=-0.50),
    Cell("−50 % 200/d", 200, 0.05, lift=-0.50),
    Cell("−50 % 1000/d, hidden 60/40", 1000, 0.05, lift=-0.50, share_b=0.60),
    Cell("A/A 1000/d 5 %, guardrails", 1000, 0.05, guardrails=_UNHARMED),
    Cell("A/A 200/d 2 %, guardrails", 200, 0.02, guardrails=_UNHARMED),
    Cell("5→6 % 600/d, errors +50 %", 600, 0.05, lift=0.20, guardrails=_MORE_ERRORS),
)
