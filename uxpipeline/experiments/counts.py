"""What decisions are made from: units and conversions per arm and cohort day."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DayCounts:
    """Counts of consecutive cohort days, oldest first; four arrays of shape (days,).

    Attributes:
        n_a: units that saw A.
        c_a: those of them that converted.
        n_b: units that saw B.
        c_b: those of them that converted.
    """

    n_a: Floats
    c_a: Floats
    n_b: Floats
    c_b: Floats

    @classmethod
    def of(cls, n_a: ArrayLike, c_a: ArrayLike, n_b: ArrayLike, c_b: ArrayLike) -> Self:
        """Counts from any sequences of one length."""
        return cls(*(np.asarray(values, dtype=np.float64) for values in (n_a, c_a, n_b, c_b)))

    def __len__(self) -> int:
        return len(self.n_a)

    @property
    def possible(self) -> bool:
        """Whether no count is negative and nobody converted who was not there."""
        return bool(
            (self.c_a >= 0).all()
            and (self.c_b >= 0).all()
            and (self.c_a <= self.n_a).all()
            and (self.c_b <= self.n_b).all()
        )

    @property
    def swapped(self) -> "DayCounts":
        """The same counts with the arms' names exchanged."""
        return DayCounts(self.n_b, self.c_b, self.n_a, self.c_a)

    @property
    def effective(self) -> Floats:
        """Units in all that an even split would need for the same precision, per day: 4 n_A n_B / (n_A + n_B)."""
        total = self.n_a + self.n_b
        return np.asarray(4 * self.n_a * self.n_b / np.maximum(total, 1))
