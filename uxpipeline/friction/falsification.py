"""Checks that could show an estimated loss to be an artefact."""

import numpy as np
from scipy import stats

from uxpipeline.friction.rates import Floats


def two_sided_p(effect: Floats, variance: Floats) -> Floats:
    """Probability of a normal deviate as far from zero; NaN where the variance is zero: nothing could be tested."""
    sd = np.sqrt(variance)
    z = np.divide(np.abs(effect), sd, out=np.full(len(sd), np.nan), where=sd > 0)
    return np.asarray(2 * stats.norm.sf(z))


def one_sided_p(effect: Floats, variance: Floats) -> Floats:
    """Probability of a normal deviate at least as great; NaN where the variance is zero."""
    sd = np.sqrt(variance)
    z = np.divide(effect, sd, out=np.full(len(sd), np.nan), where=sd > 0)
    return np.asarray(stats.norm.sf(z))


def e_value(risk_ratio: Floats) -> Floats:
    """How strongly an unmeasured cause of both would have to go with each to explain a risk ratio away.

    RR + sqrt(RR (RR - 1)) for RR >= 1, of 1 / RR otherwise (VanderWeele & Ding 2017); NaN where there is no ratio.
    """
    ratio = np.where(risk_ratio > 0, risk_ratio, np.nan)
    away = np.maximum(ratio, 1 / ratio)
    return np.asarray(away + np.sqrt(away * (away - 1)))
