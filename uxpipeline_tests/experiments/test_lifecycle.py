"""Tests on a database: designed, assigned, counted, decided on, and what a decision changes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from uxpipeline.db.connect import Connection, connect, transaction
from uxpipeline.errors import DecisionRefusedError, InputError
from uxpipeline.experiments.activate import Options, start_test, stop_test
from uxpipeline.experiments.days import count_days
from uxpipeline.experiments.evaluate import evaluate
from uxpipeline.experiments.store import find_test, list_tests
from uxpipeline.proposals.decide import implement, roll_back
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.experiments.visitors import (
    START,
    TARGET,
    approved,
    days_from,
    history,
    nightly,
    run_until_decided,
    started,
    visit,
)
from uxpipeline_tests.processes import wait_until

FIRST = START.date()
BLOCKED = "select count(*) from pg_locks where not granted and relation = 'public.a_b_tests'::regclass"
STATE = """
    select (select jsonb_agg(to_jsonb(t) - 'id' - 'created_at' order by test_id) from public.a_b_tests t) as tests,
        (select jsonb_agg(to_jsonb(d) order by test_id, as_of) from public.experiment_decisions d) as decisions,
        (select jsonb_agg(to_jsonb(d) order by test_id, cohort_day) from public.experiment_days d) as days,
        (select jsonb_agg(jsonb_build_array(proposal_id, status, actual_impact, rollback_reason, metadata -> 'outcome'))
            from public.optimization_history) as proposals,
        (select jsonb_agg(jsonb_build_array(from_status, to_status, reason, actor) order by id)
            from public.proposal_events) as events
"""


def state(connection: Connection) -> dict[str, Any]:
    """Everything a decision may change."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(STATE.encode()).fetchone()
    assert found
    return found


def proposal(connection: Connection) -> tuple[Any, ...]:
    row = connection.execute(
        "select status, actual_impact, rollback_reason, metadata -> 'outcome' from public.optimization_history"
    ).fetchone()
    assert row
    return row


def test_a_start_freezes_the_design_and_moves_the_proposal(connection: Connection) -> None:
    found = started(connection)
    test = find_test(connection, found.test_id)

    assert (found.design.baseline, found.design.minimum_effect, found.design.alpha) == (0.05, 0.2, 0.05)
    assert test.design == found.design.stored()
    assert (test.status, test.component_id, test.proposal_id) == ("active", "checkout", "p")
    assert proposal(connection)[0] == "testing"
    assert value(connection, "select sample_size from public.a_b_tests") == found.design.per_arm == 8321
    last = connection.execute("select actor, to_status from public.proposal_events order by id desc").fetchone()
    assert last == ("Ada", "testing")


def test_what_traffic_cannot_answer_is_refused_and_changes_nothing(connection: Connection) -> None:
    history(connection, per_day=100)
    approved(connection)
    with pytest.raises(DecisionRefusedError, match="It takes 170 days"):
        start_test(connection, "p", "Ada", TARGET, START)

    assert proposal(connection)[0] == "approved"
    assert list_tests(connection) == []


@pytest.mark.parametrize(("other", "told"), [("checkout", "component"), ("basket", "page")])
def test_one_live_test_per_component_and_page(connection: Connection, other: str, told: str) -> None:
    history(connection, component="basket")
    first = started(connection, page_url="/cart")
    approved(connection, "q", component_id=other, page_url="/cart" if other == "basket" else "/other")
    with pytest.raises(DecisionRefusedError, match=f"Another test is live on the {told} of q"):
        start_test(connection, "q", "Ada", TARGET, START)
    stop_test(connection, first.test_id, "Ada", START)

    assert start_test(connection, "q", "Ada", TARGET, START).test_id == "q-test"


def test_only_an_approved_proposal_is_tested_and_only_once(connection: Connection) -> None:
    found = started(connection)
    for told in ("testing", "archived"):
        with pytest.raises(DecisionRefusedError, match=f"p is {told}, not approved"):
            start_test(connection, "p", "Ada", TARGET, START)
        if told == "testing":
            stop_test(connection, found.test_id, "Ada", START)
    with pytest.raises(InputError, match="no such proposal"):
        start_test(connection, "nothing", "Ada", TARGET, START)


def test_an_edited_sample_size_has_no_effect_on_a_running_test(connection: Connection) -> None:
    found = started(connection)
    for day in days_from(FIRST, 16):
        visit(connection, found.test_id, day, rates=(0.05, 0.055))
    connection.execute("begin")
    nightly(connection, FIRST + timedelta(days=15))
    before = state(connection)["decisions"]
    connection.execute("rollback")
    connection.execute("update public.a_b_tests set sample_size = 10, confidence_threshold = 0.80")
    nightly(connection, FIRST + timedelta(days=15))

    assert state(connection)["decisions"] == before
    assert before[0]["look"] == 2


@pytest.mark.parametrize(
    "edit",
    [
        "metadata = jsonb_set(metadata, '{design,per_arm}', '10')",
        "metadata = metadata - 'design'",
        "metadata = '{}'",
        "start_date = start_date + interval '1 day'",
    ],
)
def test_a_frozen_design_cannot_be_edited(connection: Connection, edit: LiteralString) -> None:
    started(connection)
    with pytest.raises(psycopg.errors.CheckViolation, match="frozen"):
        connection.execute(sql.SQL("update public.a_b_tests set {}").format(sql.SQL(edit)))


def test_what_is_over_is_not_opened_again(connection: Connection) -> None:
    found = started(connection)
    stop_test(connection, found.test_id, "Ada", START)
    with pytest.raises(psycopg.errors.CheckViolation, match="is over"):
        connection.execute("update public.a_b_tests set status = 'active'")


def test_a_win_is_implemented_with_a_shrunken_impact_and_a_holdback(connection: Connection) -> None:
    found = run_until_decided(connection, started(connection).test_id, rates=(0.05, 0.07))
    status, impact, _, outcome = proposal(connection)

    assert (found.verdict.decision, found.verdict.days % 7) == ("B", 0)
    assert status == "implemented"
    assert 0 < float(impact) < outcome["naive"]
    assert outcome["low"] < outcome["naive"] < outcome["high"]
    tests = {test.test_id: test for test in list_tests(connection)}
    assert (tests["p-test"].status, tests["p-test"].winner_variant) == ("completed", "B")
    assert tests["p-test:holdback"].design["share_b"] == 0.9
    assert value(connection, "select actual_impact from public.conversion_impact") == impact


def test_nothing_found_keeps_a_and_archives(connection: Connection) -> None:
    found = run_until_decided(connection, started(connection).test_id, rates=(0.05, 0.05))

    assert found.verdict.decision == "none"
    assert proposal(connection)[0] == "archived"
    assert find_test(connection, "p-test").winner_variant == "none"
    assert abs(float(proposal(connection)[1])) < 0.02


def test_harm_is_rolled_back_with_its_reason_and_sign(connection: Connection) -> None:
    found = run_until_decided(connection, started(connection).test_id, rates=(0.05, 0.01), units=2000)
    status, impact, why, _ = proposal(connection)

    assert found.verdict.days <= 7
    assert (status, why) == ("rolled_back", f"Test p-test: harm after {found.verdict.days} days")
    assert impact < 0
    assert find_test(connection, "p-test").winner_variant == "A"
    assert value(connection, "select public.assign_variant('p-test', 'somebody')") is None


def test_a_wrong_split_pauses_and_harm_still_rolls_back(connection: Connection) -> None:
    test_id = started(connection).test_id
    for day in days_from(FIRST, 3):
        visit(connection, test_id, day, units=3000, rates=(0.05, 0.05))
    connection.execute("delete from public.variant_assignments where variant = 'A' and session_id like '%7'")
    connection.execute("delete from public.variant_assignments where variant = 'A' and session_id like '%3'")
    (paused,) = nightly(connection, FIRST + timedelta(days=3))

    assert (paused.verdict.decision, paused.verdict.reason) == ("pause", "sample_ratio_mismatch")
    assert find_test(connection, test_id).status == "paused"
    assert value(connection, "select public.assign_variant(%s, 'somebody')", test_id) is None
    connection.execute("update public.variant_assignments set conversion_events = '[]' where variant = 'B'")
    (found,) = nightly(connection, FIRST + timedelta(days=4))
    assert (found.verdict.decision, found.verdict.reason) == ("rollback", "unverified_harm")
    assert proposal(connection)[0] == "rolled_back"


@pytest.mark.parametrize("rates", [(0.05, 0.07), (0.05, 0.05), (0.05, 0.02)])
def test_running_again_changes_nothing(connection: Connection, rates: tuple[float, float]) -> None:
    found = run_until_decided(connection, started(connection).test_id, rates=rates)
    day = FIRST + timedelta(days=found.verdict.days)
    before = state(connection)
    again = nightly(connection, day)

    assert again == []
    assert state(connection) == before


def test_killed_before_the_end_and_run_again_is_as_if_it_had_not_been(connection: Connection, database: str) -> None:
    """The server ends the connection inside the transaction of the decision, at each of its statements."""
    test_id = started(connection).test_id
    for day in days_from(FIRST, 8):
        visit(connection, test_id, day, rates=(0.05, 0.02))
    as_of = FIRST + timedelta(days=8)
    count_days(connection, as_of)
    before = state(connection)
    for relation in ("experiment_decisions", "a_b_tests", "optimization_history", "proposal_events"):
        with psycopg.connect(database, autocommit=True) as owner:
            owner.execute(
                "create function public.die() returns trigger language plpgsql as"
                " $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$"
            )
            owner.execute(
                f"create trigger z_die before insert or update on public.{relation}"
                " for each row execute function public.die()".encode()
            )
        with pytest.raises(psycopg.OperationalError), psycopg.connect(database, autocommit=True) as doomed:
            evaluate(doomed, as_of, START + timedelta(days=9))
        connection.execute("drop function public.die() cascade")
        assert state(connection) == before
    nightly(connection, as_of)

    assert proposal(connection)[0] == "rolled_back"
    assert len(state(connection)["decisions"]) == 1


def test_a_late_run_decides_what_nightly_runs_would_have(connection: Connection) -> None:
    test_id = started(connection).test_id
    for day in days_from(FIRST, 30):
        visit(connection, test_id, day, rates=(0.05, 0.07))
    (late,) = nightly(connection, FIRST + timedelta(days=30))

    assert late.verdict.decision == "B"
    assert late.verdict.days < 28


def test_a_rollout_that_harms_is_rolled_back_and_nobody_sees_b_again(connection: Connection) -> None:
    won = run_until_decided(connection, started(connection).test_id, rates=(0.05, 0.09))
    after = FIRST + timedelta(days=won.verdict.days + 1)
    shares = connection.execute(
        "select avg((public.assign_variant('p-test', n::text) = 'B')::int)::float from generate_series(1, 5000) n"
    ).fetchone()
    assert shares
    assert shares[0] == pytest.approx(0.9, abs=0.02)
    for day in days_from(after, 7):
        visit(connection, "p-test", day, units=3000, rates=(0.10, 0.03))
    nightly(connection, after + timedelta(days=7))
    holdback = find_test(connection, "p-test:holdback")

    assert (holdback.status, holdback.winner_variant, holdback.decision) == ("completed", "A", "rollback")
    status, _, why, outcome = proposal(connection)
    assert status == "rolled_back"
    assert "p-test:holdback" in why
    assert outcome["decision"] == "B"
    assert outcome["holdback"]["decision"] == "rollback"
    assert value(connection, "select public.assign_variant('p-test', 'somebody')") is None


def test_a_rollout_without_harm_ends_after_two_weeks_and_corrects_the_impact(connection: Connection) -> None:
    won = run_until_decided(connection, started(connection).test_id, rates=(0.05, 0.09))
    first_impact = proposal(connection)[1]
    after = FIRST + timedelta(days=won.verdict.days + 1)
    for day in days_from(after, 15):
        visit(connection, "p-test", day, units=2000, rates=(0.05, 0.12))
    nightly(connection, after + timedelta(days=15))
    status, impact, _, outcome = proposal(connection)

    assert find_test(connection, "p-test:holdback").status == "completed"
    assert status == "implemented"
    assert outcome["holdback"]["reason"] == "holdback_unharmed"
    assert impact > first_impact
    assert value(connection, "select public.assign_variant('p-test', 'somebody')") == "B"


def test_a_stopped_holdback_gives_everybody_b(connection: Connection) -> None:
    run_until_decided(connection, started(connection).test_id, rates=(0.05, 0.09))
    stop_test(connection, "p-test:holdback", "Ada", START + timedelta(days=40))
    answers = "select distinct public.assign_variant('p-test', n::text) from generate_series(1, 200) n"

    assert connection.execute(answers.encode()).fetchall() == [("B",)]
    assert proposal(connection)[0] == "implemented"


SHOWN = "select distinct public.assign_variant('p-test', n::text) from generate_series(1, 200) n"


@pytest.mark.parametrize(
    ("by_hand", "winner", "shown"),
    [
        (lambda connection: roll_back(connection, "p", "Ada", "Looks broken"), "A", None),
        (lambda connection: implement(connection, "p", "Ada"), "B", "B"),
        (
            lambda connection: connection.execute("update public.optimization_history set status = 'archived'"),
            "none",
            None,
        ),
    ],
    ids=["rolled_back", "implemented", "archived"],
)
def test_what_a_person_decides_by_hand_ends_the_test(
    connection: Connection, by_hand: Callable[[Connection], object], winner: str, shown: str | None
) -> None:
    test_id = started(connection).test_id
    visit(connection, test_id, FIRST)
    by_hand(connection)
    found = find_test(connection, test_id)

    assert (found.status, found.winner_variant) == ("completed", winner)
    assert connection.execute(SHOWN.encode()).fetchall() == [(shown,)]
    assert nightly(connection, FIRST + timedelta(days=2)) == []
    assert value(connection, "select count(*) from public.actual_impact where naive is not null") == 0


def test_a_rollout_taken_back_by_hand_ends_its_holdback(connection: Connection) -> None:
    run_until_decided(connection, started(connection).test_id, rates=(0.05, 0.09))
    roll_back(connection, "p", "Ada", "Looks broken")

    assert find_test(connection, "p-test:holdback").winner_variant == "A"
    assert find_test(connection, "p-test").winner_variant == "B"
    assert connection.execute(SHOWN.encode()).fetchall() == [(None,)]


def test_a_test_too_many_is_refused(connection: Connection) -> None:
    started(connection)
    history(connection, component="basket")
    approved(connection, "q", component_id="basket")
    with pytest.raises(DecisionRefusedError, match="1 tests run already, 1 at once are the most"):
        start_test(connection, "q", "Ada", TARGET, START, Options(most=1))
    stop_test(connection, "p-test", "Ada", START)

    assert start_test(connection, "q", "Ada", TARGET, START, Options(most=1)).test_id == "q-test"


def test_two_starts_at_once_share_the_room(connection: Connection, database: str) -> None:
    """The second waits until the first is through, and then there is no room."""
    history(connection)
    history(connection, component="basket")
    approved(connection)
    approved(connection, "q", component_id="basket")
    with ThreadPoolExecutor(1) as pool, connect(database) as other:
        with transaction(connection):
            start_test(connection, "p", "Ada", TARGET, START, Options(most=1))
            waiting = pool.submit(start_test, other, "q", "Ada", TARGET, START, Options(most=1))
            wait_until(lambda: value(connection, BLOCKED) == 1, 20, "the other start waits")
        with pytest.raises(DecisionRefusedError, match="1 tests run already"):
            waiting.result(20)


def test_a_ramp_is_frozen_and_followed(connection: Connection) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    history(connection, start=today)
    found = start_test(connection, approved(connection), "Ada", TARGET, today, Options(ramp=True))
    share = "select avg((public.assign_variant('p-test', n::text) = 'B')::int)::float from generate_series(1, 5000) n"

    assert found.design.ramp == (0.01, 0.05, 0.10, 0.25)
    assert value(connection, share) == pytest.approx(0.01, abs=0.005)


def test_a_stopped_test_archives_its_proposal(connection: Connection) -> None:
    found = started(connection)
    stopped = stop_test(connection, found.test_id, "Grace", START + timedelta(days=2))

    assert stopped.proposal_id == "p"
    assert proposal(connection)[:2] == ("archived", None)
    with pytest.raises(InputError, match="no such running test"):
        stop_test(connection, found.test_id, "Grace", START)


def test_an_empty_database_evaluates_to_nothing(connection: Connection) -> None:
    assert nightly(connection, date(2026, 9, 1)) == []
