"""Own formulas against published values and other implementations."""

import math

import numpy as np
import pytest
from scipy import integrate, special, stats
from statsmodels.datasets import china_smoking
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from uxpipeline.errors import DecisionRefusedError
from uxpipeline.experiments import harm, srm
from uxpipeline.experiments.cmh import score
from uxpipeline.experiments.counts import DayCounts
from uxpipeline.experiments.design import RAMP, Design, Traffic, plan, units_per_arm
from uxpipeline.experiments.outcome import Effect, Prior, effect, estimated_prior, outcome, shrunk
from uxpipeline.experiments.so_far import half_width, so_far

CITIES = china_smoking.load_pandas().data.astype(float)
"""Smoking and lung cancer in eight cities: smokers and others, with and without (Agresti)."""


def cities() -> DayCounts:
    """The eight tables as cohort days: smokers are B."""
    yes_yes, yes_no, no_yes, no_no = (CITIES.iloc[:, column].to_numpy() for column in range(4))
    return DayCounts.of(no_yes + no_no, no_yes, yes_yes + yes_no, yes_yes)


def test_the_score_of_a_published_example() -> None:
    found = score(cities())

    assert found.u[-1] == pytest.approx(367.4826, abs=1e-4)
    assert found.v[-1] == pytest.approx(482.0612, abs=1e-4)
    assert found.z[-1] ** 2 == pytest.approx(280.1375, abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_the_score_is_statsmodels_statistic(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n_a, n_b = draw.integers(5, 400, (2, 12))
    counts = DayCounts.of(n_a, draw.binomial(n_a, 0.1), n_b, draw.binomial(n_b, 0.12))
    tables = [
        np.array([[cb, nb - cb], [ca, na - ca]])
        for na, ca, nb, cb in zip(counts.n_a, counts.c_a, counts.n_b, counts.c_b, strict=True)
        if 0 < ca + cb < na + nb
    ]
    table = StratifiedTable(tables)

    assert score(counts).z[-1] ** 2 == pytest.approx(table.test_null_odds(correction=False).statistic, rel=1e-9)
    assert math.exp(effect(counts).log_ratio) == pytest.approx(table.riskratio_pooled, rel=1e-9)


def test_the_risk_ratio_of_a_published_example() -> None:
    assert math.exp(effect(cities()).log_ratio) == pytest.approx(1.5192, abs=1e-4)


@pytest.mark.parametrize("empty", [(0, 0, 5, 1), (5, 1, 0, 0), (9, 0, 9, 0), (3, 3, 3, 3), (1, 1, 0, 0), (0, 0, 0, 0)])
def test_days_without_information_count_nothing(empty: tuple[int, int, int, int]) -> None:
    days = ([first, value] for first, value in zip((100, 7, 100, 11), empty, strict=True))
    counts = DayCounts.of(*days)
    found = score(counts)

    assert found.u[1] == found.u[0]
    assert found.v[1] == found.v[0]


def test_the_evidence_of_harm_is_a_mixture_over_half_a_normal() -> None:
    """The likelihood ratio integrated over θ ~ |N(0, τ²)| by quadrature instead of the closed form."""
    for h, v in ((0.0, 5.0), (10.0, 40.0), (-8.0, 20.0), (35.0, 120.0)):
        mixed, _ = integrate.quad(
            lambda theta, h=h, v=v: 2 * stats.norm.pdf(theta, 0, 0.4) * math.exp(theta * h - theta**2 * v / 2), 0, 8
        )
        assert float(harm.log_e(np.array(h), np.array(v))) == pytest.approx(math.log(mixed), abs=1e-7)


@pytest.mark.parametrize(("v", "bound"), [(100.0, 28.12482), (332.5, 53.97834)])
def test_the_boundary_of_harm_is_the_published_one(v: float, bound: float) -> None:
    """Values of the library ville for τ = 0.4 at 0.05."""
    assert float(harm.log_e(np.array(bound), np.array(v))) == pytest.approx(math.log(20), abs=1e-4)


RHO = 12.60056


@pytest.mark.parametrize(("s", "log_e"), [(10.0, -0.6510052), (30.35209, math.log(20))])
def test_both_sides_of_harm_together_are_the_published_mixture(s: float, log_e: float) -> None:
    """confseq, two-sided normal mixture at v = 100, tightest there at 0.05: a half-normal and its mirror image."""
    sides = [float(harm.log_e(np.array(side), np.array(100.0), 1 / math.sqrt(RHO))) for side in (s, -s)]

    assert np.logaddexp(sides[0], sides[1]) - math.log(2) == pytest.approx(log_e, abs=1e-4)
    assert 100 / (-2 * math.log(0.05) + math.log(1 - 2 * math.log(0.05))) == pytest.approx(RHO, abs=1e-4)


def test_a_confidence_sequence_of_a_published_example() -> None:
    """gbstats: sequential relative difference of two means, tuned to 1,000 units; p is 1, for 0 lies inside."""
    sums, squares, units = np.array([1396.87, 2422.7]), np.array([52377.9767, 134698.29]), np.array([3000.0, 3461.0])
    mean, variance = sums / units, (squares - sums**2 / units) / (units - 1)
    lift = mean[1] / mean[0] - 1
    spread = variance[1] / (units[1] * mean[0] ** 2) + variance[0] * mean[1] ** 2 / (units[0] * mean[0] ** 4)
    half = half_width(float(spread), float(units.sum()), 1000, 0.05)

    assert (lift, lift - half, lift + half) == pytest.approx((0.50336, -0.55844, 1.56516), abs=1e-4)


def test_what_is_shown_so_far_is_wider_than_one_look_and_waits_for_numbers() -> None:
    design = Design("purchase", 0.05, 0.20, 0.05, 8000)
    found = so_far(design, DayCounts.of([4000], [200], [4000], [240]))

    assert found
    assert found.naive == pytest.approx(0.2)
    assert math.log1p(found.high) - math.log1p(found.naive) > 2.4 * math.sqrt(0.95 / 200 + 0.94 / 240)
    assert so_far(design, DayCounts.of([99], [50], [4000], [240])) is None
    assert so_far(design, DayCounts.of([4000], [24], [4000], [240])) is None


@pytest.mark.parametrize(("concentration", "p"), [(100.0, 0.134894), (1000.0, 0.062631)])
def test_the_split_of_a_published_example(concentration: float, p: float) -> None:
    """seqabpy: 5,000 and 5,300 units at an even split."""
    found = srm.sequential_p(np.array([5000.0]), np.array([5300.0]), np.array([0.5]), concentration)

    assert found[0] == pytest.approx(p, abs=1e-4)


def test_the_evidence_about_the_split_is_a_mixture_of_binomials() -> None:
    share, units, n_b, c = 0.9, 50, 40, 20.0
    mixed, _ = integrate.quad(
        lambda q: stats.beta.pdf(q, c * share, c * (1 - share)) * q**n_b * (1 - q) ** (units - n_b), 0, 1
    )
    expected = math.log(mixed) - n_b * math.log(share) - (units - n_b) * math.log(1 - share)

    assert float(srm.log_e(np.array(10.0), np.array(40.0), share, c)) == pytest.approx(expected, abs=1e-6)


def test_evidence_of_phases_multiplies_and_never_falls() -> None:
    n_a, n_b = np.array([900.0, 880.0, 500.0, 480.0]), np.array([100.0, 130.0, 500.0, 560.0])
    phases = srm.sequential_p(n_a, n_b, np.array([0.1, 0.1, 0.5, 0.5]))
    apart = float(srm.log_e(np.array(1780.0), np.array(230.0), 0.1) + srm.log_e(np.array(980.0), np.array(1060.0), 0.5))

    assert phases[-1] == pytest.approx(min(1.0, math.exp(-max(apart, 0.0)), *phases[:-1]))
    assert (np.diff(phases) <= 0).all()


def test_sizes_are_the_published_ones() -> None:
    """R's `power.prop.test`; the second is the example of its help page."""
    assert units_per_arm(0.05, 0.06, 0.05, 0.80) == pytest.approx(8157.73, abs=0.01)
    assert units_per_arm(0.50, 0.75, 0.05, 0.90) == pytest.approx(76.7, abs=0.05)


@pytest.mark.parametrize(("base", "lift"), [(0.02, 0.10), (0.05, 0.05), (0.20, 0.30)])
def test_sizes_are_those_of_statsmodels(base: float, lift: float) -> None:
    theirs = samplesize_proportions_2indep_onetail(base * lift, base, 0.80, alpha=0.05, alternative="two-sided")

    assert units_per_arm(base, base * (1 + lift), 0.05, 0.80) == pytest.approx(theirs, rel=1e-6)


def test_a_prior_of_known_spread_is_found_and_is_that_of_dersimonian_and_laird() -> None:
    draw = np.random.default_rng(8)
    variances = draw.uniform(0.0005, 0.003, 60)
    estimates = draw.normal(0.01, np.sqrt(variances + 0.05**2))
    prior = estimated_prior([Effect(e, v) for e, v in zip(estimates, variances, strict=True)])
    theirs = combine_effects(estimates, variances, method_re="dl")

    assert prior.mean == pytest.approx(float(theirs.mean_effect_re), abs=1e-10)
    assert prior.sd**2 == pytest.approx(float(theirs.tau2), abs=1e-10)
    assert prior.tests == 60


def test_few_finished_tests_leave_the_stated_prior() -> None:
    assert estimated_prior([Effect(0.2, 0.001)] * 19) == Prior(0.0, 0.05, 0)


def test_shrinkage_takes_the_winner_s_curse_away() -> None:
    """Winners of many tests: measured they are far too good, shrunk they are right on average."""
    draw = np.random.default_rng(9)
    truth = draw.normal(0.0, 0.05, 200_000)
    variance = 0.0037
    measured = draw.normal(truth, math.sqrt(variance))
    won = measured > 1.96 * math.sqrt(variance)
    after = shrunk(Effect(1.0, variance), Prior()).log_ratio * measured[won]

    assert measured[won].mean() > 2 * truth[won].mean()
    assert after.mean() == pytest.approx(truth[won].mean(), rel=0.05)


def test_an_outcome_shows_the_naive_figure_beside_the_shrunken_one() -> None:
    counts = DayCounts.of([8000], [400], [8000], [520])
    found = outcome(counts, Prior(), 2.03, 0.05)

    assert found.naive == pytest.approx(0.30)
    assert 0 < found.impact < found.naive
    assert found.low < found.naive < found.high
    half = 2.03 * math.sqrt(0.95 / 400 + 0.935 / 520)
    assert math.log1p(found.high) - math.log1p(found.naive) == pytest.approx(half)


def test_a_plan_is_sized_by_the_formula_and_the_looks() -> None:
    found = plan("purchase", Traffic(28 * 600, 28 * 30), 0.20, 0.95)

    assert found == Design("purchase", 0.05, 0.20, 0.05, math.ceil(1.02 * 8157.73))
    assert Design.read(found.stored()) == found


@pytest.mark.parametrize(
    ("traffic", "effect_", "confidence", "told"),
    [
        (Traffic(0, 0), 0.2, 0.95, "0 of 0 exposed"),
        (Traffic(500, 0), 0.2, 0.95, "0 of 500"),
        (Traffic(500, 500), 0.2, 0.95, "500 of 500"),
        (Traffic(500, 400), 0.5, 0.95, "impossible"),
        (Traffic(2800, 140), 0.2, 0.95, "It takes 170 days"),
        (Traffic(280_000, 14_000), 0.2, 0.5, "decides nothing"),
        (Traffic(280_000, 14_000), 0.2, 0.995, "decides nothing"),
    ],
)
def test_what_traffic_cannot_answer_is_refused_with_the_reason(
    traffic: Traffic, effect_: float, confidence: float, told: str
) -> None:
    with pytest.raises(DecisionRefusedError, match=told):
        plan("purchase", traffic, effect_, confidence)


def test_a_ramp_costs_the_days_its_uneven_splits_lose() -> None:
    """Four days at 1, 5, 10 and 25 % count 0.0396 + 0.19 + 0.36 + 0.75 days of an even split."""
    tight = Traffic(28 * 397, round(28 * 397 * 0.05))
    with pytest.raises(DecisionRefusedError, match="It takes 46 days"):
        plan("purchase", tight, 0.20, 0.95, ramp=RAMP)

    assert plan("purchase", Traffic(28 * 600, 28 * 30), 0.20, 0.95, ramp=RAMP).ramp == RAMP


@pytest.mark.parametrize(("given", "used"), [(None, 0.20), (0.01, 0.05), (3.0, 0.50), (-0.3, 0.30)])
def test_the_effect_is_held_within_what_can_be_tested(given: float | None, used: float) -> None:
    assert plan("purchase", Traffic(2_800_000, 140_000), given, 0.95).minimum_effect == used


def test_the_tail_of_the_normal_does_not_underflow() -> None:
    found = harm.log_e(np.array([-500.0, 500.0]), np.array([100.0, 100.0]))

    assert np.isfinite(found).all()
    assert special.log_ndtr(-40.0) < -800
