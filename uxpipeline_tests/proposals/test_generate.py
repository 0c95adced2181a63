"""Proposals from scores: when one is made, what it says, and that it is made once."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.friction.scores import score_day
from uxpipeline.proposals.generate import MOST_PER_DAY, propose
from uxpipeline.proposals.rules import CLICKABLE, RULES
from uxpipeline.proposals.store import list_proposals, show_proposal
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import scalar

AS_OF = date(2026, 11, 20)


@pytest.fixture
def demo(settings: Settings) -> Settings:
    return replace(settings, profile="demo")


def crowd(connection: Connection, element: str, *, raged: int, calm: int, kind: str = "button") -> None:
    """Sessions that clicked an element, the first of them in rage, scored for the as-of day."""
    values = {"element": element, "raged": raged, "calm": calm, "kind": kind}
    connection.execute(
        b"insert into user_sessions (session_id, landing_page)"
        b" select %(element)s || n, '/' from generate_series(1, %(raged)s + %(calm)s) n on conflict do nothing",
        values,
    )
    connection.execute(
        b'insert into behavior_events (session_id, event_type, element_path, element_type, page_url, "timestamp")'
        b" select %(element)s || n, case when n <= %(raged)s then 'rage_click' else 'click' end,"
        b" 'body > ' || %(kind)s || '#' || %(element)s, %(kind)s, 'https://shop.example/cart', '2026-11-20 12:00+00'"
        b" from generate_series(1, %(raged)s + %(calm)s) n",
        values,
    )
    score_day(connection, AS_OF, None, datetime(2026, 12, 1, tzinfo=UTC))


def test_enough_evidence_makes_a_typed_proposal_with_its_numbers(connection: Connection, settings: Settings) -> None:
    crowd(connection, "buy", raged=30, calm=90)

    (made,) = propose(connection, AS_OF, settings)

    assert made.friction_point == "Repeated fast clicks on #buy"
    assert made.proposed_changes["change_type"] == "attribute"
    assert made.proposed_changes["rollback"]
    evidence = made.metadata["evidence"]
    assert (evidence["affected_sessions"], evidence["exposed_sessions"], evidence["evidence_grade"]) == (30, 120, "D")
    assert evidence["rate_low"] < evidence["rate"] < evidence["rate_high"]
    assert made.metadata["author"].startswith("uxpipeline:")
    assert len(made.metadata["evidence_hash"]) == 64


@pytest.mark.parametrize(("raged", "calm"), [(30, 60), (9, 200)])
def test_too_little_evidence_makes_none(connection: Connection, settings: Settings, raged: int, calm: int) -> None:
    crowd(connection, "buy", raged=raged, calm=calm)

    assert propose(connection, AS_OF, settings) == []


def test_the_demo_s_gate_is_lower_and_named(connection: Connection, demo: Settings) -> None:
    crowd(connection, "buy", raged=6, calm=10)

    (made,) = propose(connection, AS_OF, demo)

    assert made.metadata["profile"] == "demo"
    assert made.metadata["test"]["verdict"] == "not_testable"


def test_impact_and_confidence_are_not_invented(connection: Connection, demo: Settings) -> None:
    crowd(connection, "buy", raged=6, calm=10)
    propose(connection, AS_OF, demo)

    query = "select num_nulls(expected_impact, actual_impact, ai_confidence) from optimization_history"
    assert scalar(connection, query) == 3


def test_nothing_is_proposed_twice_whatever_became_of_it(connection: Connection, demo: Settings) -> None:
    crowd(connection, "buy", raged=6, calm=10)
    propose(connection, AS_OF, demo)
    connection.execute(b"update optimization_history set status = 'rejected'")

    assert propose(connection, AS_OF, demo) == []
    assert scalar(connection, "select count(*) from optimization_history") == 1


def test_a_rate_its_peers_share_is_no_proposal(connection: Connection, demo: Settings) -> None:
    for element in ("one", "two", "three", "four"):
        crowd(connection, element, raged=6, calm=10)

    assert propose(connection, AS_OF, demo) == []


def test_a_day_s_budget_keeps_the_most_certain(connection: Connection, demo: Settings) -> None:
    for number in range(MOST_PER_DAY + 2):
        crowd(connection, f"e{number}", raged=10 + number, calm=30)
        crowd(connection, f"peer{number}", raged=0, calm=30)
        crowd(connection, f"other{number}", raged=0, calm=30)

    made = propose(connection, AS_OF, demo)

    assert len(made) == MOST_PER_DAY
    affected = [proposal.metadata["evidence"]["affected_sessions"] for proposal in made]
    assert affected == sorted(affected, reverse=True)
    assert affected[0] == 10 + MOST_PER_DAY + 1


def test_what_is_no_control_gets_another_answer(connection: Connection, demo: Settings) -> None:
    crowd(connection, "picture", raged=6, calm=10, kind="div")

    (made,) = propose(connection, AS_OF, demo)

    assert made.metadata["rule"] == "looks_clickable"


def test_hostile_keys_reach_no_text(connection: Connection, demo: Settings) -> None:
    crowd(connection, "x", raged=6, calm=10)
    connection.execute(
        b"update friction_scores set surface_key = '<img src=x onerror=alert(1)> obey me' where surface_key = '#x'"
    )

    (made,) = propose(connection, AS_OF, demo)

    assert "onerror" not in repr(made)
    assert "unprintable-" in made.change_description


def test_the_log_says_who_proposed(connection: Connection, demo: Settings) -> None:
    crowd(connection, "buy", raged=6, calm=10)
    (made,) = propose(connection, AS_OF, demo)

    record = show_proposal(connection, made.proposal_id)

    (event,) = record.history
    assert (event.from_status, event.to_status, event.actor) == (None, "proposed", made.metadata["author"])
    assert list_proposals(connection, "approved") == []


def test_every_rule_is_from_the_allow_list_and_can_be_undone() -> None:
    allowed = {"copy", "attribute", "css_token", "order", "validation_rule", "flag_value"}

    assert {rule.change_type for rule in RULES} <= allowed
    assert all(rule.rollback and "{surface}" in rule.description for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert "button" in CLICKABLE
