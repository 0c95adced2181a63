"""Many tests at once."""

import numpy as np

from uxpipeline.friction.rates import Floats


def q_values(p_values: Floats) -> Floats:
    """Smallest false-discovery rate at which each test is a discovery (Benjamini & Hochberg 1995, step-up).

    Args:
        p_values: shape (tests,); NaN where nothing was tested, which stays NaN and counts as no test.
    """
    found = np.full(len(p_values), np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    ratios = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum(np.minimum.accumulate(ratios[::-1])[::-1], 1.0)
    return found
