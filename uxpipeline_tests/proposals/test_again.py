"""When something that was proposed before is proposed again."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.proposals.generate import Generated, propose
from uxpipeline.settings import Settings
from uxpipeline_tests.proposals.scores import add
from uxpipeline_tests.sql.test_proposal_log import state


@pytest.fixture
def ended_at(connection: Connection) -> datetime:
    """The moment proposals of these tests end: the clock is the database's."""
    (now,) = connection.execute(b"select now()").fetchone() or (None,)
    assert isinstance(now, datetime)
    return now


def later(connection: Connection, settings: Settings, now: datetime, **values: Any) -> Generated:  # noqa: ANN401
    """What is proposed from the same score a time later."""
    connection.execute(b"delete from friction_scores")
    as_of = now.date() - timedelta(days=1)
    add(connection, as_of=as_of - timedelta(days=1), surface_level="site", surface_key="site", signal="any")
    add(connection, **({"as_of": as_of, "input_watermark": now} | values))
    return propose(connection, as_of, settings, now)


def end(connection: Connection, status: str, reason: str = "") -> None:
    """Bring the proposal to its end the way people do."""
    path = {
        "rejected": ("rejected",),
        "archived": ("archived",),
        "implemented": ("approved", "implemented"),
        "rolled_back": ("approved", "implemented", "rolled_back"),
    }[status]
    for step in path:
        with connection.transaction():
            state(connection, "actor", "Ada")
            state(connection, "reason", reason)
            change = "update optimization_history set status = %s, rollback_reason = %s"
            connection.execute(change, [step, "slower" if step == "rolled_back" else None])


def first(connection: Connection, settings: Settings, now: datetime) -> str:
    (made,) = later(connection, settings, now).made
    return made.proposal_id


def reason(generated: Generated) -> str:
    assert generated.made == []
    ((_, block),) = generated.blocked
    return block.reason


@pytest.mark.parametrize(
    ("status", "code", "days", "outcome"),
    [
        ("archived", "", 13, "cool_down"),
        ("archived", "", 14, None),
        ("implemented", "", 13, "cool_down"),
        ("implemented", "", 14, None),
        ("rolled_back", "", 59, "cool_down"),
        ("rolled_back", "", 60, None),
        ("rejected", "other", 89, "cool_down"),
        ("rejected", "other", 90, None),
        ("rejected", "", 89, "cool_down"),
        ("rejected", "already_fixed", 13, "cool_down"),
        ("rejected", "already_fixed", 14, None),
        ("rejected", "wontfix_intentional", 15, "not_wanted"),
        ("rejected", "wontfix_irrelevant", 400, "not_wanted"),
    ],
)
def test_how_long_an_end_lasts(
    connection: Connection,
    settings: Settings,
    ended_at: datetime,
    status: str,
    code: str,
    days: int,
    outcome: str | None,
) -> None:
    before = first(connection, settings, ended_at)
    end(connection, status, code)

    generated = later(connection, settings, ended_at + timedelta(days=days, hours=1))

    if outcome:
        assert reason(generated) == outcome
        return
    (made,) = generated.made
    assert made.metadata["recurs_of"] == before
    assert (made.metadata["attempt"], made.proposal_id) == (2, f"{before[:-1]}2")


@pytest.mark.parametrize("code", ["other", "wontfix_intentional"])
@pytest.mark.parametrize(("bound", "again"), [(1_019.0, False), (1_020.0, True)])
def test_a_loss_that_doubled_ends_a_rejection(
    connection: Connection, settings: Settings, ended_at: datetime, code: str, bound: float, *, again: bool
) -> None:
    first(connection, settings, ended_at)
    end(connection, "rejected", code)

    generated = later(connection, settings, ended_at + timedelta(days=2), lost_rank_bound=bound)

    assert bool(generated.made) is again


@pytest.mark.parametrize("recent", [{"recent_affected": 4, "recent_exposed": 20}, {"recent_affected": 400}])
@pytest.mark.parametrize(("status", "code"), [("rejected", "already_fixed"), ("implemented", "")])
def test_what_was_fixed_does_not_come_back_by_old_days(
    connection: Connection, settings: Settings, ended_at: datetime, status: str, code: str, recent: dict[str, int]
) -> None:
    first(connection, settings, ended_at)
    end(connection, status, code)

    assert reason(later(connection, settings, ended_at + timedelta(days=15), **recent)) == "not_recurring"


def test_a_failure_is_cited(connection: Connection, settings: Settings, ended_at: datetime) -> None:
    before = first(connection, settings, ended_at)
    end(connection, "rolled_back")

    (made,) = later(connection, settings, ended_at + timedelta(days=61)).made

    assert f"An earlier attempt, {before}, was rolled back on {ended_at:%Y-%m-%d}" in made.change_description


def test_the_last_attempt_counts(connection: Connection, settings: Settings, ended_at: datetime) -> None:
    first(connection, settings, ended_at)
    end(connection, "archived")
    assert later(connection, settings, ended_at + timedelta(days=15)).made
    assert later(connection, settings, ended_at + timedelta(days=16)).made == []
