"""Predictions against outcomes."""

from dataclasses import replace

import numpy as np
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.experiments.calibration import (
    Measured,
    calibrate,
    judge,
    measured_outcomes,
    recovered,
    recoveries,
    wins,
)
from uxpipeline.proposals.candidates import find_candidates
from uxpipeline.proposals.generate import judge as judge_candidate
from uxpipeline.proposals.impact import expected_impact
from uxpipeline.proposals.parameters import RECOVERY
from uxpipeline_tests.experiments.visitors import run_until_decided, started
from uxpipeline_tests.proposals.scores import AS_OF, add
from uxpipeline_tests.sql.rows import unguarded

ONE = Measured("rage_click", "attribute", 0.10, 0.02, 0.20, 1 / 3, 0.4, 0.05, 0.002, helped=True)


def simulated(share: float, tests: int, seed: int = 3) -> list[Measured]:
    """Tests of losses that truly recover by `share`, measured with noise."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(tests):
        whole = draw.uniform(0.1, 0.5)
        naive = share * whole + draw.normal(0, 0.04)
        found.append(replace(ONE, predicted=whole / 3, naive=naive, variance=0.04**2, helped=naive > 0))
    return found


def outcome(connection: Connection, rates: tuple[float, float]) -> Measured:
    """A predicted proposal's test, run until decided."""
    prediction = {"median": 0.1, "low": 0.02, "high": 0.3, "recovery": 0.25}
    found = started(
        connection,
        proposed_changes={"change_type": "attribute"},
        metadata={"surface": {"signal": "rage_click"}, "prediction": prediction},
        ai_confidence=0.4,
    )
    run_until_decided(connection, found.test_id, rates=rates)
    (measured,) = measured_outcomes(connection)
    return measured


def test_few_outcomes_leave_the_stated_share() -> None:
    found = judge(simulated(0.7, 19))

    assert (found.recovery, found.source) == (RECOVERY, "stated")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_many_outcomes_teach_the_true_share(share: float) -> None:
    a, b = recovered(simulated(share, 60))

    assert a / (a + b) == pytest.approx(share, abs=0.05)
    assert min(a, b) > 0


def test_changes_that_recover_nothing_leave_little_and_never_less_than_nothing() -> None:
    a, b = recovered(simulated(-0.3, 60))

    assert a / (a + b) == pytest.approx(0.02)


def test_brier_and_coverage_by_hand() -> None:
    found = judge([ONE, replace(ONE, confidence=0.2, helped=False, naive=0.5), replace(ONE, confidence=None)])

    assert found.brier == pytest.approx((0.6**2 + 0.2**2) / 2)
    assert found.coverage == pytest.approx(2 / 3)


def test_groups_do_not_teach_each_other() -> None:
    other = [replace(one, signal="hesitation", change_type="copy") for one in simulated(0.1, 30)]
    found = calibrate([*simulated(0.8, 30), *other])

    assert list(found) == [("hesitation", "copy"), ("rage_click", "attribute")]
    low, high = (one.recovery[0] / sum(one.recovery) for one in found.values())
    assert low < 0.2
    assert high > 0.7


def test_a_change_that_did_nothing_did_not_help_whatever_the_sign(connection: Connection) -> None:
    measured = outcome(connection, rates=(0.05, 0.0505))

    assert (measured.helped, measured.naive > 0) == (False, True)
    assert judge([measured]).brier == pytest.approx(0.16)


def test_a_finished_test_is_an_outcome_of_its_proposal(connection: Connection) -> None:
    measured = outcome(connection, rates=(0.05, 0.07))

    assert (measured.signal, measured.change_type, measured.recovery) == ("rage_click", "attribute", 0.25)
    assert (measured.predicted, measured.confidence, measured.helped) == (0.1, 0.4, True)
    assert measured.naive == pytest.approx(0.4, abs=0.02)
    assert recoveries(connection) == {}


def test_twenty_outcomes_change_what_the_next_proposal_expects(connection: Connection) -> None:
    prediction = '{"median": 0.1, "low": 0.02, "high": 0.3}'
    with unguarded(connection):
        connection.execute(
            b"with numbers as (select n from generate_series(1, 20) n), proposals as ("
            b" insert into public.optimization_history (proposal_id, status, friction_point, change_description,"
            b" proposed_changes, actual_impact, metadata) select 'old' || n, 'implemented', 'x', 'x',"
            b""" '{"change_type": "attribute"}', 0.2,"""
            b""" jsonb_build_object('surface', '{"signal": "rage_click"}'::jsonb,"""
            b" 'prediction', %(prediction)s::jsonb) from numbers)"
            b" insert into public.a_b_tests (test_id, test_name, component_id, variant_a, variant_b, status, metadata)"
            b" select 'old' || n, 'x', 'x', '{}', '{}', 'completed', jsonb_build_object('proposal_id', 'old' || n,"
            b""" 'decision', 'B',"""
            b""" 'design', '{"kind": "test", "alpha": 0.05}'::jsonb,"""
            b""" 'outcome', '{"naive": 0.24, "variance": 0.001}'::jsonb)"""
            b" from numbers",
            {"prediction": prediction},
        )
    add(connection)
    (candidate,) = find_candidates(connection, AS_OF)
    learned = recoveries(connection)["rage_click", "attribute"]
    before, after = expected_impact(candidate), judge_candidate(candidate, learned).impact

    assert before
    assert after
    counted = wins(connection)
    assert (counted.tests, counted.won) == (20, 20)
    assert counted.by_chance == pytest.approx(0.5)
    assert after.recovery > 0.6 > before.recovery
    assert (after.median or 0) > 1.8 * (before.median or 0)
