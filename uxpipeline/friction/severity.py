"""Severity: conversions lost per affected session, from cases and controls at the same interaction.

At its k-th interaction with a surface a session that meets friction there for the first time is a case; sessions that
reached their k-th interaction without are its controls (a sequence of trials; Suissa 2008 on why time at risk matters).
Cases and controls are compared within strata.
"""

from dataclasses import dataclass

import numpy as np

from uxpipeline.friction.rates import Counts, Floats


@dataclass(frozen=True)
class Strata:
    """Counts per stratum, arrays of shape (strata,).

    Attributes:
        contrast: which contrast a stratum belongs to, 0 … contrasts - 1.
        cases: sessions that met friction at the interaction (n1), at least 1.
        cases_converted: those of them that converted after it (c1).
        controls: sessions that had met none so far (n0), at least 1.
        controls_converted: those of them that converted after it (c0).
        later: controls that met friction at a later interaction.
    """

    contrast: Counts
    cases: Counts
    cases_converted: Counts
    controls: Counts
    controls_converted: Counts
    later: Counts

    @property
    def undiluted(self) -> Floats:
        """1 - c: the share of controls that stay clear of friction."""
        return np.asarray(1.0 - self.later / self.controls)

    def total(self, values: Floats, contrasts: int) -> Floats:
        """Sums of a quantity per contrast, shape (contrasts,)."""
        return np.asarray(np.bincount(self.contrast, weights=values, minlength=contrasts), dtype=np.float64)


def undiluted(strata: Strata, contrasts: int) -> Floats:
    """Share of controls that stay clear of friction, averaged over cases: sum n1 (1 - c) / sum n1 per contrast."""
    cases = strata.cases.astype(float)
    return strata.total(cases * strata.undiluted, contrasts) / strata.total(cases, contrasts)


@dataclass(frozen=True)
class Contrasts:
    """Estimates per contrast, arrays of shape (contrasts,).

    Attributes:
        severity: conversions lost per case, a difference of probabilities; negative when cases convert more.
        cases: cases in usable strata.
        cases_rate: conversion rate of the cases.
        controls_rate: conversion rate of controls in the strata of the cases.
        placebo_variance: variance of the severity if cases were named at random within strata; a floor for the
            scatter, which vanishes where a few cases all did the same.
    """

    severity: Floats
    cases: Floats
    cases_rate: Floats
    controls_rate: Floats
    placebo_variance: Floats


def contrast(strata: Strata, contrasts: int, clear: Floats) -> Contrasts:
    """Average over cases of what their controls had more, undiluted: sum n1 (p0 - p1) / (sum n1) / clear.

    Controls that meet friction later convert like cases. As with patients of a trial who take the other arm's
    treatment, the difference as assigned is divided by the share that stayed as assigned (Newcombe 1988, Statistics in
    Medicine 7:1179). Numerator and denominator are summed first: in strata where most controls meet friction later
    their ratio is mostly noise, and an average of ratios is ruled by it. The placebo variance is that of a
    hypergeometric draw of c1 from c0 + c1 conversions: K (T - K) / ((T - 1) n1 n0) per stratum.

    Args:
        strata: counts.
        contrasts: how many contrasts they belong to.
        clear: share of controls that stay clear of friction, shape (contrasts,); the same for all signals of a surface,
            so that they add up.
    """
    n1, n0 = strata.cases.astype(float), strata.controls.astype(float)
    p1, p0 = strata.cases_converted / n1, strata.controls_converted / n0
    cases = strata.total(n1, contrasts)
    size, converted = n1 + n0, (strata.cases_converted + strata.controls_converted).astype(float)
    shuffled = converted * (size - converted) / ((size - 1) * n1 * n0)
    cases_converted = strata.total(strata.cases_converted.astype(float), contrasts)
    return Contrasts(
        severity=strata.total(n1 * (p0 - p1), contrasts) / cases / clear,
        cases=cases,
        cases_rate=cases_converted / cases,
        controls_rate=strata.total(n1 * p0, contrasts) / cases,
        placebo_variance=strata.total(n1**2 * shuffled, contrasts) / (cases * clear) ** 2,
    )


def stratified_variance(strata: Strata, contrasts: int, clear: Floats) -> Floats:
    """Variance of the severity if all trials were of different people: what the scatter over visitors refines.

    sum [n1 p1 (1 - p1) + n1^2 p0 (1 - p0) / n0] / (clear sum n1)^2.
    """
    n1, n0 = strata.cases.astype(float), strata.controls.astype(float)
    p1, p0 = strata.cases_converted / n1, strata.controls_converted / n0
    terms = n1 * p1 * (1 - p1) + n1**2 * p0 * (1 - p0) / n0
    return strata.total(terms, contrasts) / (clear * strata.total(n1, contrasts)) ** 2
