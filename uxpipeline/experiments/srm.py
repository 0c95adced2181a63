"""Sample-ratio mismatch: whether units arrive in the arms as planned, looked at every day."""

import numpy as np
from scipy import special

from uxpipeline.experiments.counts import Floats

ALPHA = 0.01
CONCENTRATION = 1000.0
"""Units the prior counts for. GrowthBook's 10,000 finds nothing at low traffic."""


def log_e(n_a: Floats, n_b: Floats, share_b: float, concentration: float = CONCENTRATION) -> Floats:
    """Log Bayes factor of a Beta around the planned split against the split itself (Lindon & Malek 2022, NeurIPS).

    log E = ln B(c π_B + n_B, c π_A + n_A) − ln B(c π_B, c π_A) − n_B ln π_B − n_A ln π_A.

    Args:
        n_a: units so far in A, any shape.
        n_b: units so far in B.
        share_b: planned share of B, strictly between 0 and 1.
        concentration: c.
    """
    share_a = 1 - share_b
    return np.asarray(
        special.betaln(concentration * share_b + n_b, concentration * share_a + n_a)
        - special.betaln(concentration * share_b, concentration * share_a)
        - n_b * np.log(share_b)
        - n_a * np.log(share_a)
    )


def sequential_p(n_a: Floats, n_b: Floats, share_b: Floats, concentration: float = CONCENTRATION) -> Floats:
    """p-value after each day that stays valid however often it is looked at: min(1, 1/E), never rising.

    Days in a row with one planned split are a phase; the evidence of phases multiplies.

    Args:
        n_a: units of each day in A, shape (days,).
        n_b: units of each day in B.
        share_b: planned share of B of each day.
        concentration: see `log_e`.
    """
    evidence = np.zeros(len(n_a))
    starts = np.flatnonzero(np.diff(share_b, prepend=np.nan) != 0)
    for start, end in zip(starts, [*starts[1:], len(n_a)], strict=True):
        phase = slice(start, end)
        found = log_e(np.cumsum(n_a[phase]), np.cumsum(n_b[phase]), float(share_b[start]), concentration)
        evidence[phase] += found
        evidence[end:] += found[-1]
    return np.asarray(np.minimum.accumulate(np.exp(-np.maximum(evidence, 0.0))))
