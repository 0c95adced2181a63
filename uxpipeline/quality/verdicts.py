"""What a run of a suite says about a rule."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from uxpipeline.quality.suites import Rule

_OBSERVED = ("unexpected_count", "element_count", "observed_value")


@dataclass(frozen=True)
class Verdict:
    """What a run of a suite says about one rule.

    Attributes:
        rule: the rule.
        passed: it holds.
        errored: it could not be evaluated: the relation or a column is missing or unreadable.
        observed: the counts behind a rule that does not hold; numbers only, never values of rows.
        seconds: how long evaluating it took, together with the rules evaluated in the same pass.
    """

    rule: Rule
    passed: bool
    errored: bool
    observed: Mapping[str, int | float]
    seconds: float


def observed_numbers(result: Mapping[str, object]) -> dict[str, int | float]:
    """The counts of a result that JSON can hold."""
    numbers = {key: _number(result.get(key)) for key in _OBSERVED}
    return {key: number for key, number in numbers.items() if number is not None}


def _number(value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else float(value)
