"""Score of a day-stratified comparison of two proportions (Mantel & Haenszel 1959, J Natl Cancer Inst 22:719).

Each cohort day is its own 2×2 table, so that neither a trend nor a split that changes from day to day can pass for an
effect (Simpson's paradox).
"""

from dataclasses import dataclass

import numpy as np

from uxpipeline.experiments.counts import DayCounts, Floats


@dataclass(frozen=True)
class Score:
    """Cumulative score after each day; arrays of shape (days,).

    Attributes:
        u: conversions of B beyond those expected if the arms were alike.
        v: variance of `u` given the margins of every day: the information.
    """

    u: Floats
    v: Floats

    @property
    def z(self) -> Floats:
        """U / √v, 0 while there is no information; positive where B converts better."""
        return np.asarray(np.where(self.v > 0, self.u / np.sqrt(np.where(self.v > 0, self.v, 1.0)), 0.0))


def score(counts: DayCounts) -> Score:
    """U += c_B − m n_B / n and V += m (n − m) n_A n_B / (n² (n − 1)) per day, n units of which m converted.

    A day with fewer than two units, one empty arm, no conversions or nothing else adds no information and no score.
    """
    n = counts.n_a + counts.n_b
    m = counts.c_a + counts.c_b
    informative = (n >= 2) & (counts.n_a > 0) & (counts.n_b > 0) & (m > 0) & (m < n)
    units = np.where(informative, n, 2.0)
    u = np.where(informative, counts.c_b - m * counts.n_b / units, 0.0)
    v = np.where(informative, m * (n - m) * counts.n_a * counts.n_b / (units**2 * (units - 1)), 0.0)
    return Score(np.cumsum(u), np.cumsum(v))
