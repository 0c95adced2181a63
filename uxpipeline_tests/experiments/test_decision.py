"""The decision function: what it decides, and what must not change it."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from uxpipeline.experiments.counts import DayCounts
from uxpipeline.experiments.decision import decide, follow
from uxpipeline.experiments.design import Design, holdback

DESIGN = Design("purchase", 0.05, 0.20, 0.05, 8322, guardrails=())
FLIPPED = {"A": "B", "B": "A", "none": "none"}


def simulated(seed: int, *, lift: float = 0.0, days: int = 42, per_day: int = 600, share: float = 0.5) -> DayCounts:
    draw = np.random.default_rng(seed)
    n_b = draw.binomial(per_day, share, days)
    n_a = per_day - n_b
    return DayCounts.of(n_a, draw.binomial(n_a, 0.05), n_b, draw.binomial(n_b, 0.05 * (1 + lift)))


def first(counts: DayCounts, days: int) -> DayCounts:
    return DayCounts(counts.n_a[:days], counts.c_a[:days], counts.n_b[:days], counts.c_b[:days])


def test_a_real_improvement_wins_at_a_whole_week() -> None:
    found = decide(DESIGN, simulated(1, lift=0.5))

    assert (found.decision, found.reason) == ("B", "b_better")
    assert found.days % 7 == 0
    assert found.z is not None
    assert found.boundary is not None
    assert found.z >= found.boundary


def test_nothing_found_keeps_a_and_says_so() -> None:
    found = [decide(DESIGN, simulated(seed)) for seed in range(40)]

    assert {verdict.decision for verdict in found} <= {"none", "A", "B", "rollback"}
    assert sum(verdict.decision == "none" for verdict in found) >= 35
    assert {verdict.reason for verdict in found if verdict.decision == "none"} == {"futile", "no_difference_found"}


def test_harm_is_stopped_before_the_first_look() -> None:
    found = decide(DESIGN, simulated(2, lift=-0.6, per_day=2000))

    assert (found.decision, found.reason, found.look) == ("rollback", "harm", None)
    assert found.days < 7
    assert found.harm_e >= 20


def test_few_conversions_prove_no_harm() -> None:
    counts = DayCounts.of([100], [19], [100], [0])

    assert decide(DESIGN, counts).decision == "continue"
    assert decide(DESIGN, DayCounts.of([100], [25], [100], [0])).decision == "rollback"


def test_a_wrong_split_pauses_and_nobody_wins() -> None:
    found = decide(DESIGN, simulated(3, lift=0.5, share=0.6))

    assert (found.decision, found.reason) == ("pause", "sample_ratio_mismatch")
    assert found.srm_p < 0.01


def test_harm_rolls_back_even_while_the_split_is_in_doubt() -> None:
    found = decide(DESIGN, simulated(4, lift=-0.6, share=0.6, per_day=2000))

    assert (found.decision, found.reason) == ("rollback", "unverified_harm")


@pytest.mark.parametrize("wrong", [(-1, 0, 5, 0), (5, 6, 5, 0), (5, 0, 5, 6)])
def test_impossible_counts_pause(wrong: tuple[int, int, int, int]) -> None:
    found = decide(DESIGN, DayCounts.of(*([value] for value in wrong)))

    assert (found.decision, found.reason) == ("pause", "impossible_counts")


def test_no_complete_day_decides_nothing() -> None:
    assert decide(DESIGN, DayCounts.of([], [], [], [])).reason == "no_complete_day"


def test_a_guardrail_rolls_back_with_its_share_of_the_error() -> None:
    counts = simulated(5, days=10)
    draw = np.random.default_rng(5)
    worse = DayCounts(counts.n_a, draw.binomial(300, 0.10, 10).clip(max=counts.n_a),
                      counts.n_b, draw.binomial(300, 0.20, 10).clip(max=counts.n_b))  # fmt: skip

    assert decide(DESIGN, counts, {"error": worse}).reason == "harm_error"
    assert not decide(DESIGN, counts, {"error": DayCounts(counts.n_a, worse.c_b, counts.n_b, worse.c_a)}).final
    assert decide(DESIGN, counts, {"other_funnels": worse}).reason != "harm_other_funnels"


@pytest.mark.parametrize("seed", range(30))
def test_swapping_the_arms_flips_the_decision(seed: int) -> None:
    """Harm is looked for on one side only, so the sides are compared where it cannot interfere."""
    counts = simulated(seed, lift=0.25)
    here, there = follow(DESIGN, counts, {}), follow(DESIGN, counts.swapped, {})

    assert there.z == pytest.approx(-here.z)
    assert [look.boundary for look in there.looks] == [look.boundary for look in here.looks]
    found = decide(DESIGN, counts)
    if found.decision == "B":
        flipped = decide(DESIGN, counts.swapped)
        assert flipped.decision in {"A", "rollback", "none"}
        assert flipped.decision != "none" or flipped.reason == "futile"


def test_a_clear_winner_named_the_other_way_is_worse() -> None:
    """With the harm process out of the way (few conversions a day are never 20 in all) only looks decide."""
    counts = simulated(1, lift=0.5)
    crossing = [look for look in follow(DESIGN, counts.swapped, {}).looks if look.z <= -look.boundary]

    assert decide(DESIGN, counts).days == crossing[0].week * 7


@given(st.integers(0, 10_000), st.sampled_from([-0.5, -0.2, 0.0, 0.2, 0.5]))
@example(3869, 0.0)
def test_a_late_run_decides_what_daily_runs_would_have(seed: int, lift: float) -> None:
    counts = simulated(seed, lift=lift, days=44)
    daily = [decide(DESIGN, first(counts, days)) for days in range(1, 45)]
    decided = [verdict for verdict in daily if verdict.final]

    # Where chance shares out the visitors unevenly, all of them pause.
    assert decide(DESIGN, counts) == (decided[0] if decided else daily[-1])
    assert all(verdict == decided[0] for verdict in decided)


@given(st.integers(0, 10_000))
def test_after_a_pause_nobody_wins(seed: int) -> None:
    counts = simulated(seed, lift=0.5, share=0.56)
    daily = [decide(DESIGN, first(counts, days)).decision for days in range(1, 43)]

    assert not any(before == "pause" and after in {"A", "B", "none"} for before, after in pairwise(daily))


@given(st.permutations(range(7)))
def test_the_order_of_the_days_of_a_week_changes_no_look(order: list[int]) -> None:
    counts = simulated(6, lift=0.1, days=7)
    shuffled = DayCounts(*(getattr(counts, name)[order] for name in ("n_a", "c_a", "n_b", "c_b")))
    (here,), (there,) = follow(DESIGN, counts, {}).looks, follow(DESIGN, shuffled, {}).looks

    assert there.z == pytest.approx(here.z)
    assert there.boundary == here.boundary


def test_a_trend_under_a_changing_split_is_no_effect() -> None:
    """Simpson: pooled over the days B looks far worse, day by day both arms are alike."""
    n_b, n_a = np.linspace(100, 500, 28).round(), np.linspace(900, 500, 28).round()
    rate = np.linspace(0.10, 0.02, 28)
    counts = DayCounts.of(n_a, (n_a * rate).round(), n_b, (n_b * rate).round())
    pooled = counts.c_b.sum() / counts.n_b.sum() - counts.c_a.sum() / counts.n_a.sum()

    assert pooled < -0.01
    assert abs(follow(DESIGN, counts, {}).z[-1]) < 0.5


def test_the_last_look_is_after_the_last_whole_week_whatever_the_traffic() -> None:
    found = decide(DESIGN, simulated(7, per_day=100, days=60))

    assert (found.decision, found.reason, found.days) == ("none", "no_difference_found", 42)
    assert found.information is not None
    assert found.information < 1


def test_a_ramp_that_was_planned_is_no_mismatch() -> None:
    ramp = tuple(np.linspace(0.1, 0.5, 14))
    draw = np.random.default_rng(11)
    shares = np.array([*ramp, *[0.5] * 14])
    n_b = draw.binomial(1000, shares)
    counts = DayCounts.of(1000 - n_b, draw.binomial(1000 - n_b, 0.05), n_b, draw.binomial(n_b, 0.05))

    assert decide(DESIGN, counts).reason == "sample_ratio_mismatch"
    assert decide(replace(DESIGN, ramp=ramp), counts).reason != "sample_ratio_mismatch"


def test_a_holdback_ends_after_two_weeks_or_with_harm() -> None:
    watch = holdback(DESIGN, "parent")
    fine, harmful = simulated(8, share=0.9, days=14), simulated(9, share=0.9, lift=-0.7, days=14, per_day=3000)

    assert decide(watch, first(fine, 13)).decision == "continue"
    assert (decide(watch, fine).decision, decide(watch, fine).reason) == ("B", "holdback_unharmed")
    assert decide(watch, harmful).decision == "rollback"


def test_more_confidence_asks_for_more() -> None:
    counts = simulated(10, lift=0.2)
    bounds = [follow(replace(DESIGN, alpha=alpha), counts, {}).looks[-1].boundary for alpha in (0.20, 0.05, 0.01)]

    assert bounds == sorted(bounds)
    assert all(math.isfinite(bound) for bound in bounds)
