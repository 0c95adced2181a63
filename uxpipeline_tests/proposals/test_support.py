"""Proposals of others: evidence comes from the pipeline, never from whoever proposed."""

from typing import Any

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.errors import DecisionRefusedError
from uxpipeline.proposals.decide import approve
from uxpipeline.proposals.generate import propose
from uxpipeline.proposals.store import evidence_of, list_proposals
from uxpipeline.report.render import render
from uxpipeline.settings import Settings
from uxpipeline_tests.proposals.scores import AS_OF, NOW, crowd, score
from uxpipeline_tests.proposals.test_decide import CHANGE
from uxpipeline_tests.report.page import Page
from uxpipeline_tests.sql.roles import acting_as
from uxpipeline_tests.sql.rows import insert

CLAIM = {"exposed_sessions": 9_000_000, "affected_sessions": 8_999_999, "evidence_grade": "A"}


def propose_as_a_model(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    with acting_as(connection, "ai_analysis"):
        insert(connection, "optimization_history", **{"proposed_changes": CHANGE, **values})


def run(connection: Connection, settings: Settings) -> None:
    score(connection)
    propose(connection, AS_OF, settings, NOW)


@pytest.fixture
def site(connection: Connection) -> Connection:
    """A site whose buttons are `#buy`, where clicks raged, and `#other`."""
    crowd(connection, "buy", raged=8, calm=20)
    crowd(connection, "other", raged=0, calm=28, page="/other")
    return connection


def test_a_run_adds_evidence_and_people_can_approve(site: Connection, demo: Settings) -> None:
    propose_as_a_model(site)

    run(site, demo)

    (newest,) = evidence_of(site, "p")
    assert (newest.result["affected_sessions"], newest.result["exposed_sessions"]) == (8, 28)
    assert approve(site, "p", "Ada").status == "approved"


def test_evidence_is_of_the_signal_that_was_named(site: Connection, demo: Settings) -> None:
    propose_as_a_model(site, metadata={"surface": {"signal": "rage_click"}})

    run(site, demo)

    assert evidence_of(site, "p")[0].params["signal"] == "rage_click"


def test_what_the_proposer_claims_is_neither_evidence_nor_shown(site: Connection, demo: Settings) -> None:
    propose_as_a_model(site, metadata={"evidence": CLAIM, "evidence_hash": "0" * 64})
    shown_before = list_proposals(site, "proposed")[0].evidence
    report_before = Page(render(site, demo)).text

    run(site, demo)

    (theirs,) = (found for found in list_proposals(site, "proposed") if found.proposal_id == "p")
    assert shown_before == {}
    assert theirs.evidence["affected_sessions"] == 8
    assert "Evidence none on record" in report_before
    assert "9,000,000" not in report_before + Page(render(site, demo)).text


@pytest.mark.parametrize(
    "target",
    [
        {"level": "element", "surface": "#nowhere"},
        {"level": "page", "surface": "#buy"},
        {"level": "element", "surface": "#BUY"},
    ],
)
def test_a_surface_without_scores_has_none_and_is_refused(
    site: Connection, demo: Settings, target: dict[str, str]
) -> None:
    propose_as_a_model(site, proposed_changes=CHANGE | {"target": target})

    run(site, demo)

    with pytest.raises(DecisionRefusedError, match="no evidence on record") as refused:
        approve(site, "p", "Ada")
    assert "uxpipeline run" in refused.value.remedy


def test_a_surface_that_fewer_than_five_sessions_met_has_none(connection: Connection, demo: Settings) -> None:
    crowd(connection, "buy", raged=2, calm=2)
    crowd(connection, "other", raged=2, calm=3, page="/other")
    propose_as_a_model(connection)
    other = CHANGE | {"target": {"level": "element", "surface": "#other"}}
    propose_as_a_model(connection, proposal_id="of five", proposed_changes=other)

    run(connection, demo)

    assert evidence_of(connection, "p") == []
    assert len(evidence_of(connection, "of five")) == 1


@pytest.mark.parametrize("changes", [{}, {"target": "#buy"}, {"target": {"level": ["element"], "surface": {"a": 1}}}])
def test_odd_targets_stop_no_run(site: Connection, demo: Settings, changes: dict[str, Any]) -> None:
    propose_as_a_model(site, proposed_changes=changes, metadata={"surface": ["rage_click"]})

    run(site, demo)

    assert evidence_of(site, "p") == []


def test_nothing_is_added_to_what_was_decided(site: Connection, demo: Settings) -> None:
    propose_as_a_model(site)
    site.execute(b"update optimization_history set status = 'rejected'")

    run(site, demo)

    assert evidence_of(site, "p") == []


def test_a_second_run_over_the_same_scores_adds_nothing(site: Connection, demo: Settings) -> None:
    propose_as_a_model(site)
    run(site, demo)

    propose(site, AS_OF, demo, NOW)

    assert len(evidence_of(site, "p")) == 1
