"""Boundaries against published tables and another implementation."""

import math

import numpy as np
import pytest
from gsdesign import h1, hupdate
from scipy import stats

from benchmarks.experiment_truth import rounding_error
from uxpipeline.experiments.boundaries import boundaries, spent

LOOKS = {
    "five, rpact 3.0 and ldbounds": ((0.2, 0.4, 0.6, 0.8, 1.0), (4.8769, 3.3570, 2.6803, 2.2898, 2.0310)),
    "four, gsDesign in R": ((0.25, 0.5, 0.75, 1.0), (4.332634, 2.963131, 2.359044, 2.014090)),
    "three, gsDesign": ((1 / 3, 2 / 3, 1.0), (3.7103, 2.5114, 1.9930)),
    "two, Proschan, Lan & Wittes 2006": ((0.5, 1.0), (2.9626, 1.9686)),
    "one": ((1.0,), (1.9600,)),
}


@pytest.mark.parametrize(("shares", "published"), LOOKS.values(), ids=LOOKS)
def test_boundaries_are_the_published_ones(shares: tuple[float, ...], published: tuple[float, ...]) -> None:
    found = boundaries([spent(share, 0.05) for share in shares], shares)

    assert found == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.20])
@pytest.mark.parametrize("shares", [(0.1, 0.3, 0.35, 0.9, 1.0), tuple(np.arange(1, 29) / 28), (0.49, 0.5, 0.51, 1.0)])
def test_each_look_spends_what_it_may_by_gsdesign(shares: tuple[float, ...], alpha: float) -> None:
    """The error that another integration finds at our boundaries is the one we meant to spend."""
    spending = [spent(share, alpha) for share in shares]
    bounds = boundaries(spending, shares)

    for look, crossing in enumerate(first_crossings(bounds, shares)):
        budget = spending[look] - (spending[look - 1] if look else 0.0)
        assert crossing == pytest.approx(budget, abs=2e-6)


def first_crossings(bounds: tuple[float, ...], information: tuple[float, ...]) -> list[float]:
    """Probability of first crossing the upper boundary at each look, two-sided, by gsdesign's grid."""
    found = []
    before = None
    for look, (bound, known) in enumerate(zip(bounds, information, strict=True)):
        cut = min(bound, 8.5)
        if before is None:
            upper, inner = h1(60, 0.0, known, cut, math.inf), h1(60, 0.0, known, -cut, cut)
        else:
            earlier = information[look - 1]
            upper = hupdate(60, 0.0, known, cut, math.inf, 0.0, earlier, before)
            inner = hupdate(60, 0.0, known, -cut, cut, 0.0, earlier, before)
        found.append(float(np.sum(upper[2])) if math.isfinite(bound) else 0.0)
        before = inner
    return found


def test_the_spending_function_is_that_of_lan_and_demets() -> None:
    assert [spent(share, 0.05) for share in (0.2, 0.4, 0.6, 0.8, 1.0)] == pytest.approx(
        [0.00000054, 0.00039, 0.00381, 0.01221, 0.025], rel=0.02
    )
    assert spent(0.0, 0.05) == 0
    assert spent(1.7, 0.05) == spent(1.0, 0.05)


def test_all_looks_together_err_as_often_as_allowed() -> None:
    """Random walks instead of an integral; the tolerance is five standard errors."""
    shares = np.array([0.25, 0.5, 0.75, 1.0])
    bounds = np.array(boundaries([spent(share, 0.05) for share in shares], list(shares)))
    steps = np.random.default_rng(5).standard_normal((400_000, 4)) * np.sqrt(0.25)
    z = np.cumsum(steps, axis=1) / np.sqrt(shares)

    erred = (np.abs(z) >= bounds).any(axis=1).mean()

    assert erred == pytest.approx(0.05, abs=5 * math.sqrt(0.05 * 0.95 / 400_000))


def test_a_look_that_spends_nothing_stops_nothing() -> None:
    assert boundaries([0.0, 0.025], [0.1, 1.0]) == pytest.approx((math.inf, stats.norm.ppf(0.975)), abs=1e-6)


def test_rounding_the_fractions_moves_no_boundary_by_a_thousandth() -> None:
    assert rounding_error() < 1e-3
