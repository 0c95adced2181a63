"""Empirical-Bayes rates against closed forms, an independent likelihood and simulated truth."""

import numpy as np
import pytest
from scipy import stats

from uxpipeline.friction.rates import FEWEST_SURFACES, JEFFREYS, BetaPrior, estimate_rates, fit_prior


def test_posterior_is_the_conjugate_beta() -> None:
    estimates = estimate_rates(np.array([3]), np.array([10]), BetaPrior(2.0, 8.0))

    posterior = stats.beta(5, 15)
    assert estimates.mean[0] == pytest.approx(0.25)
    assert estimates.low[0] == pytest.approx(posterior.ppf(0.05))
    assert estimates.high[0] == pytest.approx(posterior.ppf(0.95))


def test_prior_is_recovered_from_many_surfaces() -> None:
    draw = np.random.default_rng(7)
    truth = draw.beta(2.0, 38.0, 4000)
    exposed = draw.integers(20, 2000, 4000)

    prior = fit_prior(draw.binomial(exposed, truth), exposed)

    assert prior.mean == pytest.approx(0.05, rel=0.05)
    assert prior.alpha + prior.beta == pytest.approx(40, rel=0.15)


def test_prior_is_close_to_the_maximum_of_the_beta_binomial_likelihood() -> None:
    draw = np.random.default_rng(11)
    exposed = draw.integers(50, 500, 800)
    affected = draw.binomial(exposed, draw.beta(1.5, 20, 800))

    prior = fit_prior(affected, exposed)

    def likelihood(alpha: float, beta: float) -> float:
        return float(np.sum(stats.betabinom.logpmf(affected, exposed, alpha, beta)))

    best = likelihood(prior.alpha, prior.beta)
    for factor in (0.8, 1.25):
        assert best > likelihood(prior.alpha * factor, prior.beta * factor)
        assert best > likelihood(prior.alpha * factor, prior.beta)


@pytest.mark.parametrize("surfaces", [1, FEWEST_SURFACES - 1])
def test_few_surfaces_teach_no_prior(surfaces: int) -> None:
    assert fit_prior(np.full(surfaces, 3), np.full(surfaces, 30)) == JEFFREYS


def test_nothing_affected_teaches_no_prior() -> None:
    assert fit_prior(np.zeros(50, dtype=np.int64), np.full(50, 100)) == JEFFREYS


@pytest.mark.parametrize("surfaces", [5, FEWEST_SURFACES, 300])
@pytest.mark.parametrize(("alpha", "beta"), [(2.0, 8.0), (1.0, 20.0), (0.5, 50.0), (200.0, 800.0)])
def test_ninety_percent_intervals_cover_the_truth(surfaces: int, alpha: float, beta: float) -> None:
    draw = np.random.default_rng(3)
    covered, total = 0, 0
    while total < 6000:
        truth = draw.beta(alpha, beta, surfaces)
        exposed = np.exp(draw.normal(4.5, 1.0, surfaces)).astype(np.int64) + 1
        affected = draw.binomial(exposed, truth)
        estimates = estimate_rates(affected, exposed, fit_prior(affected, exposed))
        covered += int(((estimates.low <= truth) & (truth <= estimates.high)).sum())
        total += surfaces

    assert 0.86 <= covered / total <= 0.94


def test_small_samples_are_drawn_towards_their_peers() -> None:
    affected = np.array([1, *[2] * 40])
    exposed = np.array([1, *[100] * 40])

    estimates = estimate_rates(affected, exposed, fit_prior(affected, exposed))

    assert estimates.mean[0] < 0.5


def test_a_rate_lies_within_its_own_interval_even_where_almost_nothing_is_affected() -> None:
    affected = np.array([*[0] * 200, 300, 250])
    exposed = np.full(202, 1000)

    estimates = estimate_rates(affected, exposed, fit_prior(affected, exposed))

    assert (estimates.low <= estimates.mean).all()
    assert (estimates.mean <= estimates.high).all()
