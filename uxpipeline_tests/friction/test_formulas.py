"""Each formula against published or hand-computed values, or an independent implementation."""

import numpy as np
import pytest
from scipy import optimize, stats

from uxpipeline.friction.anomaly import Periods, Rules, predictive_tails, states
from uxpipeline.friction.falsification import e_value, one_sided_p, two_sided_p
from uxpipeline.friction.losses import Affected, lost_conversions
from uxpipeline.friction.multiplicity import q_values
from uxpipeline.friction.rates import Floats
from uxpipeline.friction.severity import Strata, contrast, stratified_variance, undiluted
from uxpipeline.friction.shrinkage import Posterior, Prior, posterior

# Benjamini & Hochberg (1995), section 3.2: 15 hypotheses of a thrombolysis trial, four rejected at 5 %.
THROMBOLYSIS = np.array(
    [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
)


def counts(*values: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array(values, dtype=np.int64)


def two_strata() -> Strata:
    return Strata(
        contrast=counts(0, 0),
        cases=counts(10, 30),
        cases_converted=counts(1, 6),
        controls=counts(100, 50),
        controls_converted=counts(20, 20),
        later=counts(0, 10),
    )


def test_false_discoveries_as_published() -> None:
    shuffled = np.random.default_rng(1).permutation(15)

    found = q_values(THROMBOLYSIS[shuffled])

    assert sorted(THROMBOLYSIS[shuffled][found <= 0.05]) == [0.0001, 0.0004, 0.0019, 0.0095]
    np.testing.assert_allclose(found, stats.false_discovery_control(THROMBOLYSIS[shuffled]))


def test_what_was_not_tested_is_no_test() -> None:
    found = q_values(np.array([0.01, np.nan, 0.04]))

    np.testing.assert_allclose(found, [0.02, np.nan, 0.04])


@pytest.mark.parametrize(("ratio", "expected"), [(3.9, 7.26), (1.8, 3.0), (1 / 3.9, 7.26), (0.8, 1.81), (1.0, 1.0)])
def test_e_values_as_published(ratio: float, expected: float) -> None:
    """VanderWeele & Ding (2017): infant death and formula feeding, RR 3.9 (1.8, 8.7); and RR 0.80."""
    assert e_value(np.array([ratio]))[0] == pytest.approx(expected, abs=0.005)


def test_no_ratio_no_e_value() -> None:
    assert np.isnan(e_value(np.array([0.0, np.nan]))).all()


def test_severity_by_hand() -> None:
    # Stratum 1: 0.20 - 0.10 = 0.10, undiluted; stratum 2: 0.40 - 0.20 = 0.20, 1 - 10/50 clear; 10 and 30 cases.
    clear = undiluted(two_strata(), 1)
    found = contrast(two_strata(), 1, clear)

    assert clear[0] == pytest.approx((10 * 1 + 30 * 0.8) / 40)
    assert found.severity[0] == pytest.approx((10 * 0.10 + 30 * 0.20) / (10 * 1 + 30 * 0.8))
    assert found.cases[0] == 40
    assert found.cases_rate[0] == pytest.approx(7 / 40)
    assert found.controls_rate[0] == pytest.approx((10 * 0.2 + 30 * 0.4) / 40)


def test_stratified_variance_by_hand() -> None:
    # 10·.1·.9 + 100·.2·.8/100 + 30·.2·.8 + 900·.4·.6/50, over (0.85·40)².
    found = stratified_variance(two_strata(), 1, np.array([0.85]))

    assert found[0] == pytest.approx((0.9 + 0.16 + 4.8 + 4.32) / 34**2)


def test_placebo_variance_is_that_of_labels_drawn_at_random() -> None:
    draw = np.random.default_rng(5)
    strata = two_strata()
    shuffled = []
    for _ in range(20_000):
        cases_converted = draw.hypergeometric([21, 26], [89, 54], [10, 30])
        controls_converted = np.array([21, 26]) - cases_converted
        differences = controls_converted / strata.controls - cases_converted / strata.cases
        shuffled.append((strata.cases * differences).sum() / 34)

    assert contrast(strata, 1, np.array([0.85])).placebo_variance[0] == pytest.approx(np.var(shuffled), rel=0.03)


def test_contrasts_are_kept_apart() -> None:
    one, other = two_strata(), two_strata()
    both = Strata(
        *(
            np.concatenate([getattr(one, name), getattr(other, name) + (name == "contrast")])
            for name in ("contrast", "cases", "cases_converted", "controls", "controls_converted", "later")
        )
    )

    found = contrast(both, 2, undiluted(both, 2))

    assert found.severity[0] == found.severity[1] == contrast(one, 1, undiluted(one, 1)).severity[0]


def test_p_values_of_a_normal_deviate() -> None:
    effect, variance = np.array([1.959964, -1.959964, 1.0]), np.array([1.0, 1.0, 0.0])

    np.testing.assert_allclose(two_sided_p(effect, variance), [0.05, 0.05, np.nan], rtol=1e-6)
    np.testing.assert_allclose(one_sided_p(effect, variance), [0.025, 0.975, np.nan], rtol=1e-6)


def test_predictive_tails_are_beta_binomial() -> None:
    periods = Periods(
        recent_exposed=counts(40, 200, 1000, 50),
        recent_affected=counts(7, 30, 20, 0),
        prior_exposed=counts(100, 900, 5000, 80),
        prior_affected=counts(5, 60, 200, 3),
    )

    tails = predictive_tails(periods, np.full(4, 0.5), np.full(4, 0.5))

    for i in range(4):
        alpha = 0.5 + periods.prior_affected[i]
        beta = 0.5 + periods.prior_exposed[i] - periods.prior_affected[i]
        exact = stats.betabinom(periods.recent_exposed[i], alpha, beta)
        assert tails.above[i] == pytest.approx(exact.sf(periods.recent_affected[i] - 1), rel=0.01, abs=1e-9)
        assert tails.below[i] == pytest.approx(exact.cdf(periods.recent_affected[i]), rel=0.01, abs=1e-9)


def test_states_of_surfaces() -> None:
    rules = Rules(least=30, affected=5, ratio=1.5, q=0.10, history=True)
    periods = Periods(
        recent_exposed=counts(500, 500, 500, 500, 500, 10),
        recent_affected=counts(50, 100, 5, 40, 2, 9),
        prior_exposed=counts(2000, 2000, 2000, 0, 2000, 2000),
        prior_affected=counts(200, 100, 200, 0, 10, 100),
    )

    found, q = states(periods, (np.full(6, 1.0), np.full(6, 9.0)), rules)

    assert found == ["chronic", "step_up", "recovering", "new", "none", "chronic"]
    assert np.isnan(q).tolist() == [False, False, False, True, False, True]


def test_nothing_is_new_to_who_has_just_arrived() -> None:
    rules = Rules(least=30, affected=5, ratio=1.5, q=0.10, history=False)
    periods = Periods(counts(500), counts(40), counts(0), counts(0))

    assert states(periods, (np.array([1.0]), np.array([9.0])), rules)[0] == ["none"]


PRIOR = Prior(nothing=0.01, slabs=(1.0, 0.5, 0.25))


def severities(effects: Floats, error: float) -> Posterior:
    """Posterior of estimates of one standard error, where one in five converts."""
    return posterior(effects, np.full(len(effects), error**2), 0.2, PRIOR)


def test_a_posterior_equals_integration() -> None:
    effects, error, rate = np.array([0.08, 0.05, -0.01, 0.004, 0.0]), 0.015, 0.2
    found = severities(effects, error)

    grid = np.linspace(-1.5, 1.5, 60_001)
    joint, first = [], []
    for many in (np.arange(10) + 0.5) / 10:
        for harm in (np.arange(5) + 0.5) / 5:
            for slab in rate * np.array([1.0, 0.5, 0.25]):
                density = (1 - many) * stats.norm.pdf(grid, 0, 0.01 * rate)
                density += many * harm * stats.norm.pdf(grid, slab, slab)
                density += many * (1 - harm) * stats.norm.pdf(grid, -slab, slab)
                of_effects = density * stats.norm.pdf(effects[:, None], grid, error)
                joint.append(np.prod(of_effects.sum(axis=1)))
                first.append(of_effects[0] / of_effects[0].sum())
    mixed = np.average(first, axis=0, weights=joint)
    mean = (grid * mixed).sum()
    assert found.mean[0] == pytest.approx(mean, rel=1e-3)
    assert found.sd[0] == pytest.approx(np.sqrt(((grid - mean) ** 2 * mixed).sum()), rel=1e-3)


def test_few_harmful_surfaces_among_many_harmless_keep_their_severity() -> None:
    effects = np.random.default_rng(4).normal(0, 0.01, 40)
    effects[:2] = 0.08

    found = severities(effects, 0.01).mean

    assert (found[:2] > 0.9 * 0.08).all()
    assert np.abs(found[2:]).max() < 0.5 * np.abs(effects[2:]).max()


def test_without_any_harm_all_is_drawn_to_zero() -> None:
    effects = np.random.default_rng(6).normal(0, 0.01, 100)

    assert np.abs(severities(effects, 0.01).mean).max() < 0.3 * np.abs(effects).max()


def test_where_trouble_does_harm_an_unclear_loss_is_believed_sooner_than_an_unclear_gain() -> None:
    harmful = np.concatenate([np.full(6, 0.08), [0.02, -0.02], np.zeros(12)])

    loss, gain = severities(harmful, 0.01).mean[6:8]

    assert loss > 1.3 * -gain > 0
    np.testing.assert_allclose(severities(-harmful, 0.01).mean[6:8], [-loss, -gain])


def test_a_surface_alone_is_judged_by_what_it_shows() -> None:
    clear, unclear = (severities(np.array([effect]), 0.02) for effect in (0.12, 0.02))

    assert clear.mean[0] > 0.9 * 0.12
    assert unclear.mean[0] < 0.5 * 0.02


def test_estimates_far_from_anything_likely_are_no_error() -> None:
    found = severities(np.array([50.0, 0.0]), 1e-4)

    assert found.mean[0] == pytest.approx(50, rel=1e-3)


def known(means: Floats, sds: Floats, beliefs: Floats | None = None) -> Posterior:
    """A posterior of given components: shape (surfaces, 7), nothing, harm by slab, help by slab."""
    if beliefs is None:
        beliefs = np.full(len(PRIOR.beliefs), 1 / len(PRIOR.beliefs))
    return Posterior(PRIOR, beliefs, np.ones(means.shape), means, sds)


def certain(mean: Floats, sd: float) -> Posterior:
    """One normal per surface, whatever is believed."""
    return known(np.repeat(mean[:, None], 7, axis=1), np.full((len(mean), 7), sd))


def test_losses_multiply_sessions_rate_and_severity() -> None:
    affected = Affected(np.array([200.0]), np.array([800.0]), np.array([1000.0]))

    found = lost_conversions(affected, certain(np.array([0.1]), 0.01), 40_000, 1)

    sessions = 1000 * stats.beta(200, 800).ppf((np.arange(10_000) + 0.5) / 10_000)

    def quantile(share: float) -> float:
        return float(optimize.brentq(lambda x: stats.norm.cdf((x / sessions - 0.1) / 0.01).mean() - share, 0, 100))

    assert found.mean[0] == pytest.approx(20)
    assert found.low[0] == pytest.approx(quantile(0.025), abs=0.1)
    assert found.high[0] == pytest.approx(quantile(0.975), abs=0.1)
    assert found.bound[0] == pytest.approx(quantile(0.20), abs=0.1)
    assert found.p_loss[0] == 1.0


def test_components_get_their_share_of_draws() -> None:
    affected = Affected(np.array([1e9]), np.array([1.0]), np.array([1.0]))
    three_of_four = np.isclose(PRIOR.beliefs[:, 0], 0.75) / np.isclose(PRIOR.beliefs[:, 0], 0.75).sum()
    severity = known(np.array([[-1.0, 1, 1, 1, 1, 1, 1]]), np.full((1, 7), 1e-6), three_of_four)

    assert lost_conversions(affected, severity, 40_000, 1).p_loss[0] == pytest.approx(0.75, abs=0.01)
    assert severity.mean[0] == pytest.approx(0.5)


def test_what_is_not_known_of_all_surfaces_does_not_average_out() -> None:
    """Trouble takes all conversions everywhere, or half of them everywhere: the total of 100 is one or the other."""
    surfaces = 100
    affected = Affected(np.full(surfaces, 1e9), np.full(surfaces, 1.0), np.ones(surfaces))
    first_or_second = np.isin(PRIOR.beliefs[:, 2], [0, 1]) & np.isclose(PRIOR.beliefs[:, 0], 0.95)
    means = np.tile([0.75, 1.0, 0.5, 0.0, 1.0, 0.5, 0.0], (surfaces, 1))
    severity = known(means, np.full((surfaces, 7), 1e-6), first_or_second / first_or_second.sum())

    total = lost_conversions(affected, severity, 4_000, 1).total

    assert np.quantile(total, [0.25, 0.75]) == pytest.approx([51, 99], abs=1)


def test_draws_do_not_depend_on_how_many_are_simulated_at_once() -> None:
    many = 450
    affected = Affected(np.full(many, 20.0), np.full(many, 80.0), np.full(many, 100.0))
    severity = certain(np.linspace(-0.1, 0.1, many), 0.03)

    first = lost_conversions(affected, severity, 500, 7)
    second = lost_conversions(affected, severity, 500, 7)

    assert first.low.tobytes() == second.low.tobytes()
    assert (np.diff(first.mean) > 0).all()
