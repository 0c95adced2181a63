"""Confidence: stated until there are outcomes, then theirs."""

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.proposals.confidence import FEWEST_OUTCOMES, STATED, calibrated, confidences
from uxpipeline_tests.sql.rows import insert, unguarded


def test_before_thirty_outcomes_the_stated_ones_hold() -> None:
    found = calibrated({"A": (20, 20), "B": (FEWEST_OUTCOMES - 21, 0)})

    assert {grade: one.probability for grade, one in found.items()} == STATED
    assert {one.source for one in found.values()} == {"stated"}


def test_outcomes_are_drawn_to_the_stated_ones() -> None:
    found = calibrated({"B": (30, 12)})

    assert found["B"].probability == pytest.approx((12 + 3.3) / 40, abs=0.005)
    assert found["B"].source == "outcomes"


def test_a_better_grade_is_never_less_sure() -> None:
    found = calibrated({"A": (100, 10), "B": (100, 60)})

    assert found["A"].probability == found["B"].probability
    assert found["A"].probability == pytest.approx((10 + 4 + 60 + 3.3) / 220, abs=0.005)


def test_only_measured_outcomes_of_tested_changes_of_ours_count(connection: Connection) -> None:
    with unguarded(connection):
        for number in range(120):
            ours = {"author": "uxpipeline:0.1.0", "evidence": {"evidence_grade": "B"}}
            tested = {"outcome": {"decision": "none" if number % 4 else "rollback"}} if number % 2 == 0 else {}
            insert(
                connection, "optimization_history", proposal_id=f"p{number}", status="implemented",
                actual_impact=0.01, metadata=ours | tested,
            )  # fmt: skip
    found = confidences(connection)

    assert found["B"].source == "outcomes"
    assert found["B"].probability < STATED["D"]


def test_a_win_helps_unless_its_holdback_took_it_back(connection: Connection) -> None:
    """Estimates above zero are no help: half of those that do nothing have one."""
    outcomes = [{"decision": "B"}] * 20 + [{"decision": "B", "holdback": {"decision": "B"}}] * 5
    outcomes += [{"decision": "B", "holdback": {"decision": "rollback"}}] * 5 + [{"decision": "none"}] * 10
    with unguarded(connection):
        for number, outcome in enumerate(outcomes):
            metadata = {"author": "uxpipeline:0.1.0", "evidence": {"evidence_grade": "A"}, "outcome": outcome}
            insert(
                connection, "optimization_history", proposal_id=f"p{number}", status="implemented",
                actual_impact=0.02, metadata=metadata,
            )  # fmt: skip

    assert confidences(connection)["A"].probability == pytest.approx((25 + 4) / 50)
