"""Proposals from scores: when one is made, what it says, and that it is made once."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.proposals.change import fault
from uxpipeline.proposals.generate import Generated, propose
from uxpipeline.proposals.parameters import FEWEST_DAYS, MOST_OPEN, MOST_PER_DAY
from uxpipeline.proposals.rules import CLICKABLE, RULES
from uxpipeline.proposals.store import list_proposals, show_proposal
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import scalar
from uxpipeline_tests.proposals.scores import AS_OF, FORM, NOW, add, crowd, score, warm
from uxpipeline_tests.sql.rows import insert


def run(connection: Connection, settings: Settings, now: datetime = NOW) -> Generated:
    return propose(connection, AS_OF, settings, now)


def reasons(generated: Generated) -> list[str]:
    return [block.reason for _, block in generated.blocked]


def test_a_sure_loss_makes_a_typed_proposal_with_its_numbers(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection)

    (made,) = run(connection, settings).made

    assert made.friction_point == "Repeated fast clicks on #buy"
    assert fault(made.proposed_changes) is None
    evidence = made.metadata["evidence"]
    assert (evidence["affected_sessions"], evidence["exposed_sessions"], evidence["evidence_grade"]) == (
        4000,
        20000,
        "A",
    )
    assert made.metadata["test"]["verdict"] == "testable"
    assert (made.component_id, made.page_url) == ("buy-box", "/cart")
    assert scalar(connection, "select count(*) from proposal_blocks") == 0


@pytest.mark.parametrize(("exposed", "blocked"), [(4, []), (5, ["too_little_evidence"])])
def test_what_fewer_than_five_sessions_met_is_not_even_named_as_blocked(
    connection: Connection, settings: Settings, exposed: int, blocked: list[str]
) -> None:
    warm(connection)
    add(connection, exposed_sessions=exposed, affected_sessions=2, affected_visitors=2, converted_sessions=1)

    assert reasons(run(connection, settings)) == blocked
    assert scalar(connection, "select count(*) from proposal_blocks") == len(blocked)


def test_the_expected_change_is_the_loss_that_may_be_recovered(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection)

    (made,) = run(connection, settings).made

    prediction = made.metadata["prediction"]
    # 600 of 2 000 conversions × the median 0.3138 of Beta(2, 4), by simulation.
    assert prediction["median"] == pytest.approx(0.3 * 0.3138, rel=0.05)
    assert prediction["low"] < prediction["median"] < prediction["high"]
    stored = "select expected_impact::float, ai_confidence::float, actual_impact from optimization_history"
    assert connection.execute(stored.encode()).fetchall() == [(prediction["median"], 0.40, None)]


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"exposed_sessions": 99, "affected_sessions": 50, "converted_sessions": 40}, "too_little_evidence"),
        ({"affected_sessions": 9, "affected_visitors": 9}, "too_little_evidence"),
        ({"affected_visitors": 4}, "too_little_evidence"),
        ({"evidence_grade": "C"}, "grade_too_low"),
        ({"p_loss": 0.79}, "loss_unlikely"),
        ({"p_loss": None}, "loss_unlikely"),
        ({"negative_control_p": 0.01, "placebo_p": 0.5}, "falsified"),
        ({"negative_control_p": 0.01, "placebo_p": None}, "falsified"),
        ({"converted_sessions": 0}, "no_baseline"),
        ({"exposed_sessions": 2_000, "affected_sessions": 400, "lost_conversions": 20.0, "lost_high": 40.0,
          "lost_low": 1.0, "converted_sessions": 200}, "not_testable"),
    ],
)  # fmt: skip
def test_each_guard_blocks_and_says_so(
    connection: Connection, settings: Settings, spoilt: dict[str, Any], reason: str
) -> None:
    warm(connection)
    add(connection, **spoilt)

    generated = run(connection, settings)

    assert (generated.made, reasons(generated)) == ([], [reason])
    assert scalar(connection, "select reason from proposal_blocks") == reason
    assert scalar(connection, "select count(*) from optimization_history") == 0


@pytest.mark.parametrize(
    "fine",
    [
        {"evidence_grade": "B"}, {"p_loss": 0.80}, {"negative_control_p": 0.01}, {"negative_control_p": None},
        {"placebo_p": None}, {"affected_sessions": 10, "affected_visitors": 5},
    ],
)  # fmt: skip
def test_near_misses_pass(connection: Connection, settings: Settings, fine: dict[str, Any]) -> None:
    warm(connection)
    add(connection, **fine)

    assert len(run(connection, settings).made) == 1


def test_a_small_site_is_told_what_a_test_needs(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection, exposed_sessions=400, affected_sessions=80, affected_visitors=70, converted_sessions=20,
        lost_conversions=2.0, lost_low=0.5, lost_high=3.5)  # fmt: skip

    ((_, block),) = run(connection, settings).blocked

    assert block.reason == "not_testable"
    assert block.detail == "needs 31231 per arm, this surface gets 100 a week"


def test_a_form_is_judged_by_its_own_excess(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection, **FORM)

    (made,) = run(connection, settings).made

    assert made.metadata["rule"] == "ease_form"
    assert made.metadata["prediction"]["metric"] == "form_submit"
    # An excess of 1 000 over 2 000 submissions × the median 0.3138 of Beta(2, 4).
    assert made.expected_impact == pytest.approx(0.5 * 0.3138, rel=0.05)


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"excess_abandons": None}, "no_history"),
        ({"excess_abandons": -3.0}, "loss_unlikely"),
        ({"excess_abandons": 1.0}, "loss_unlikely"),
        ({"anomaly_q": 0.11}, "no_step"),
        ({"anomaly_q": None}, "no_step"),
    ],
)
def test_a_form_without_its_excess_is_not(
    connection: Connection, settings: Settings, spoilt: dict[str, Any], reason: str
) -> None:
    warm(connection)
    add(connection, **(FORM | spoilt))

    assert reasons(run(connection, settings)) == [reason]


def test_the_first_scored_day_proposes_nothing(connection: Connection, settings: Settings, demo: Settings) -> None:
    add(connection)

    assert reasons(run(connection, settings)) == ["warm_up"]
    assert len(run(connection, demo).made) == 1


def test_neither_does_a_first_week(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection, observed_days=FEWEST_DAYS - 1)
    assert reasons(run(connection, settings)) == ["warm_up"]
    connection.execute(b"update friction_scores set observed_days = 7")
    assert len(run(connection, settings).made) == 1


def test_old_scores_propose_nothing(connection: Connection, demo: Settings) -> None:
    add(connection)

    assert reasons(run(connection, demo, NOW + timedelta(hours=36, seconds=1))) == ["stale_scores"]
    assert len(run(connection, demo, NOW + timedelta(hours=36)).made) == 1


def test_facts_that_are_owed_propose_nothing(connection: Connection, demo: Settings) -> None:
    add(connection)
    connection.execute(
        b"insert into uxpipeline.stale_sessions (session_id, day, relation, cause)"
        b" values ('s', '2026-11-20', 'behavior_events', 'load')"
    )
    assert reasons(run(connection, demo)) == ["facts_owed"]
    connection.execute(b"update uxpipeline.stale_sessions set day = '2026-11-21'")
    assert len(run(connection, demo).made) == 1


def test_a_count_that_cannot_be_read_proposes_nothing(connection: Connection, demo: Settings) -> None:
    add(connection)
    connection.execute(b"alter table proposal_events rename to elsewhere")

    with pytest.raises(psycopg.errors.UndefinedTable):
        run(connection, demo)

    assert scalar(connection, "select count(*) from optimization_history") == 0


def test_a_second_run_proposes_nothing_new(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection)
    add(connection, surface_key="#other", page_key="/other", evidence_grade="D")
    run(connection, settings)
    written = "select md5(string_agg(t::text || t.xmin, '' order by t::text)) from {} t"
    tables = ("optimization_history", "proposal_evidence", "proposal_blocks", "proposal_events")
    before = [scalar(connection, written.format(table)) for table in tables]

    again = run(connection, settings)

    assert again.made == []
    assert [scalar(connection, written.format(table)) for table in tables] == before


def test_a_day_s_budget_keeps_the_most_worth(connection: Connection, settings: Settings) -> None:
    warm(connection)
    for number in range(MOST_PER_DAY + 2):
        add(connection, surface_key=f"#e{number}", page_key=f"/p{number}", lost_rank_bound=100.0 + number)
    now = scalar(connection, "select now()")
    connection.execute("update friction_scores set input_watermark = %s", [now])

    generated = run(connection, settings, now)

    assert [one.metadata["evidence"]["lost_rank_bound"] for one in generated.made] == [106, 105, 104, 103, 102]
    assert reasons(generated) == ["day_budget"] * 2
    assert reasons(run(connection, settings, now)) == ["day_budget"] * 2
    # The next day there is room again.
    connection.execute("update friction_scores set input_watermark = %s", [now + timedelta(days=1)])
    assert len(run(connection, settings, now + timedelta(days=1)).made) == 2


def test_too_many_open_proposals_leave_no_room(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection)
    for number in range(MOST_OPEN):
        insert(connection, "optimization_history", proposal_id=f"theirs-{number}")

    assert reasons(run(connection, settings)) == ["open_budget"]


def test_one_live_proposal_per_page(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection)
    add(connection, surface_key="#other", lost_rank_bound=1.0)
    add(connection, surface_level="page", surface_key="/cart", signal="error", lost_rank_bound=2.0, component_id=None)

    generated = run(connection, settings)

    assert len(generated.made) == 1
    assert reasons(generated) == ["page_taken", "page_taken"]


def test_one_live_proposal_per_surface(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection, page_key=None)
    add(connection, page_key=None, signal="hesitation", lost_rank_bound=1.0)

    assert reasons(run(connection, settings)) == ["surface_taken"]


def test_a_proposal_of_others_takes_its_page(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection)
    insert(connection, "optimization_history", page_url="https://shop.example/cart?x=1")

    assert reasons(run(connection, settings)) == ["page_taken"]


def test_an_id_that_others_took_is_left_to_them(connection: Connection, settings: Settings, demo: Settings) -> None:
    warm(connection)
    add(connection)
    (made,) = run(connection, settings).made
    connection.execute(b"delete from optimization_history")
    insert(connection, "optimization_history", proposal_id=made.proposal_id)

    assert reasons(run(connection, demo)) == ["id_taken"]


def test_surfaces_with_the_same_affected_sessions_are_one(connection: Connection, demo: Settings) -> None:
    crowd(connection, "buy", raged=8, calm=10)
    crowd(connection, "same", raged=6, calm=12, page="/other")
    crowd(connection, "apart", raged=6, calm=12, page="/third")
    connection.execute(
        b"update behavior_events set session_id = 'buy' || substr(session_id, 5), received_at = '2026-11-20 12:02+00'"
        b" where session_id like 'same%'"
    )
    connection.execute(b"delete from user_sessions where session_id like 'same%'")
    for number in range(3):
        crowd(connection, f"calm{number}", raged=0, calm=20, page=f"/calm{number}")
    score(connection)

    generated = run(connection, demo)

    related = {one.page_url: [link["surface"] for link in one.metadata["related"]] for one in generated.made}
    ((kept, left),) = [(page, links) for page, links in related.items() if links]
    assert {kept, *left} in ({"/cart", "#same"}, {"/other", "#buy"})
    assert related["/third"] == []
    (block,) = [block for _, block in generated.blocked if block.reason == "same_cause"]
    (first,) = [one for one in generated.made if one.page_url == kept]
    assert block.detail == f"100% of the affected sessions are those of {first.proposal_id}"


def test_the_demo_s_gate_is_lower_and_named(connection: Connection, demo: Settings) -> None:
    crowd(connection, "buy", raged=6, calm=10)
    score(connection)

    (made,) = run(connection, demo).made

    assert made.metadata["profile"] == "demo"
    assert made.metadata["test"]["verdict"] == "not_testable"


def test_what_nothing_estimates_stays_empty(connection: Connection, demo: Settings) -> None:
    add(connection, lost_conversions=None, lost_low=None, lost_high=None, p_loss=None, evidence_grade="D")

    (made,) = run(connection, demo).made

    assert (made.expected_impact, made.ai_confidence, made.metadata["prediction"]) == (None, None, None)


def test_in_the_demo_a_rate_its_peers_share_is_no_proposal(connection: Connection, demo: Settings) -> None:
    for element in ("one", "two", "three", "four"):
        crowd(connection, element, raged=6, calm=10, page=f"/{element}")
    score(connection)

    assert reasons(run(connection, demo)) == ["like_its_peers"] * 4


def test_what_is_no_control_gets_another_answer(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection, element_type="div")

    (made,) = run(connection, settings).made

    assert made.metadata["rule"] == "looks_clickable"


def test_the_log_says_who_proposed_on_what(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection)
    (made,) = run(connection, settings).made

    record = show_proposal(connection, made.proposal_id)

    (event,) = record.history
    assert (event.from_status, event.to_status, event.actor) == (None, "proposed", made.metadata["author"])
    assert [event.evidence_hash] == [evidence.result_hash for evidence in record.evidence]
    assert list_proposals(connection, "approved") == []


def test_blocks_of_a_day_are_replaced(connection: Connection, settings: Settings) -> None:
    warm(connection)
    add(connection, evidence_grade="D")
    run(connection, settings)
    connection.execute(b"delete from friction_scores where surface_level = 'element'")

    run(connection, settings)

    assert scalar(connection, "select count(*) from proposal_blocks") == 0


def test_every_rule_makes_an_allowed_change_that_can_be_undone() -> None:
    for rule in RULES:
        target = {"level": rule.level, "surface": "#buy"}
        change = {"change_type": rule.change_type, "target": target, "change": rule.change, "rollback": rule.rollback}
        assert fault(change) is None
        assert "{surface}" in rule.description
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert "button" in CLICKABLE
