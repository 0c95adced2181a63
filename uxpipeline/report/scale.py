"""Where bars and dots go: shares on a common scale, as percentages of the width of a drawing."""

from collections.abc import Iterable
from dataclasses import dataclass

_ENDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Scale:
    """A scale from 0 to `end`."""

    end: float

    @classmethod
    def over(cls, values: Iterable[float | None]) -> "Scale":
        """The shortest scale with a round end that holds all values."""
        most = max((value for value in values if value is not None), default=0.0)
        return cls(next((end for end in _ENDS if end >= most), most))

    @property
    def ticks(self) -> tuple[str, str, str]:
        """Labels of its start, middle and end."""
        return "0%", f"{self.end * 50:g}%", f"{self.end * 100:g}%"

    def at(self, value: float) -> str:
        """Position of a value, as SVG wants it; never outside the drawing."""
        return f"{min(max(value / self.end, 0), 1):.2%}"
