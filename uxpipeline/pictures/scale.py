"""Where bars and dots go: values on a common scale, as shares of the width of a drawing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_ENDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
_STEPS = (1, 2, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class Scale:
    """A scale of shares or amounts from `start`, which is 0 or below, to `end`."""

    end: float
    start: float = 0.0

    @classmethod
    def over(cls, values: Iterable[float | None]) -> "Scale":
        """The shortest scale of shares from 0 to a round end that holds all values."""
        most = max((value for value in values if value is not None), default=0.0)
        return cls(next((end for end in _ENDS if end >= most), most))

    @classmethod
    def around_zero(cls, values: Iterable[float | None]) -> "Scale":
        """A scale of amounts with round ends that holds all values and 0."""
        known = [value for value in values if value is not None]
        return cls(_round_up(max(known, default=0.0)) or 1.0, -_round_up(-min(known, default=0.0)))

    @property
    def ticks(self) -> tuple[str, str, str]:
        """Labels of the start, middle and end of a scale of shares."""
        return "0%", f"{self.end * 50:g}%", f"{self.end * 100:g}%"

    @property
    def ends(self) -> tuple[str, str]:
        """Labels of the ends of a scale of amounts."""
        return (f"−{-self.start:,g}" if self.start else "0"), f"{self.end:,g}"

    def share(self, value: float) -> float:
        """Position of a value between 0 and 1; never outside the drawing."""
        return min(max((value - self.start) / (self.end - self.start), 0.0), 1.0)

    def at(self, value: float) -> str:
        """Position of a value, as SVG wants it."""
        return f"{self.share(value):.2%}"


def _round_up(value: float) -> float:
    """The least of 1, 2, 3, 4, 5, 6, 8 times a power of ten that is not below `value`; 0 for what is not above 0."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _STEPS if step * power >= value * (1 - 1e-9))
