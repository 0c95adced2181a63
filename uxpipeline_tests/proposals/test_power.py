"""Sample sizes against published figures."""

import pytest

from uxpipeline.proposals.power import sessions_per_arm
from uxpipeline.proposals.power import testability as judge


@pytest.mark.parametrize(
    ("baseline", "effect", "published"),
    [
        (0.05, 0.10, 31231),  # the design notes' table, from the same formula with z rounded to 1.96 and 0.84
        (0.05, 0.20, 8155),
    ],
)
def test_sessions_per_arm_match_published_figures(baseline: float, effect: float, published: int) -> None:
    assert sessions_per_arm(baseline, effect) == pytest.approx(published, rel=0.002)


def test_sessions_per_arm_match_the_textbook_example() -> None:
    # Fleiss, Levin & Paik (2003), table A.4 less its continuity correction: 0.60 against 0.70, 5 %, 80 % power.
    assert sessions_per_arm(0.60, 0.70 / 0.60 - 1) == pytest.approx(353, abs=2)


@pytest.mark.parametrize("baseline", [0.0, 1.0, 0.95])
def test_impossible_rates_are_refused(baseline: float) -> None:
    with pytest.raises(ValueError, match="rates"):
        sessions_per_arm(baseline, 0.10)


def test_a_busy_surface_is_testable() -> None:
    found = judge("conversion", exposed=2_000_000, succeeded=100_000, observed_days=28, expected=None)

    assert found.verdict == "testable"
    assert found.days_needed == 1


def test_a_quiet_surface_says_what_it_would_need() -> None:
    found = judge("conversion", exposed=280, succeeded=14, observed_days=28, expected=None)

    assert found.verdict == "not_testable"
    assert found.needed_per_arm == sessions_per_arm(0.05, 0.10)
    assert found.sessions_per_week == pytest.approx(70)
    assert found.days_needed is not None
    assert found.days_needed > 6000


def test_without_a_baseline_there_is_no_number() -> None:
    found = judge("conversion", exposed=50, succeeded=0, observed_days=14, expected=None)

    assert (found.verdict, found.needed_per_arm, found.days_needed) == ("not_testable", None, None)


def test_a_larger_expected_effect_needs_a_smaller_test() -> None:
    found = judge("conversion", exposed=8_000, succeeded=800, observed_days=28, expected=0.40)

    assert found.minimum_effect == 0.40
    assert found.needed_per_arm == sessions_per_arm(0.10, 0.40)
    assert found.verdict == "testable"
