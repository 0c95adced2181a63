"""What people decide, on evidence that is asked again."""

from datetime import timedelta

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.errors import DecisionRefusedError, InputError
from uxpipeline.proposals.decide import REASONS, approve, implement, reject, request_number, roll_back
from uxpipeline.proposals.generate import propose
from uxpipeline.proposals.store import evidence_of, show_proposal
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import scalar
from uxpipeline_tests.proposals.scores import AS_OF, NOW, crowd, score
from uxpipeline_tests.sql.rows import insert

CHANGE = {
    "change_type": "copy",
    "target": {"level": "element", "surface": "#buy"},
    "change": {"slot": "label", "intent": "say what happens next"},
    "rollback": "Restore the previous wording.",
}


@pytest.fixture
def proposal(connection: Connection, demo: Settings) -> str:
    """Id of a proposal that rests on events."""
    crowd(connection, "buy", raged=8, calm=20)
    score(connection)
    (made,) = propose(connection, AS_OF, demo, NOW).made
    return made.proposal_id


def status(connection: Connection) -> str:
    return str(scalar(connection, "select status from optimization_history"))


def test_evidence_that_still_holds_is_approved(connection: Connection, proposal: str) -> None:
    decision = approve(connection, proposal, "Ada")

    assert (decision.status, status(connection)) == ("approved", "approved")
    newest = show_proposal(connection, proposal).history[-1]
    assert (newest.actor, newest.to_status) == ("Ada", "approved")
    assert newest.evidence_hash == evidence_of(connection, proposal)[0].result_hash


def test_rows_that_came_later_do_not_matter(connection: Connection, proposal: str) -> None:
    connection.execute(b"insert into user_sessions (session_id, landing_page) values ('late', '/')")
    connection.execute(
        b'insert into behavior_events (session_id, event_type, element_path, page_url, "timestamp", received_at)'
        b" values ('late', 'click', 'body > button#buy', '/cart', '2026-11-20 13:00+00', '2026-11-21 03:00+00')"
    )
    assert approve(connection, proposal, "Ada").status == "approved"


@pytest.mark.parametrize(
    "change",
    [
        "delete from user_sessions where session_id = 'buy1'",
        "update behavior_events set received_at = '2026-11-22' where session_id = 'buy1'",
        "update user_sessions set visitor_key = 'one' where session_id in ('buy1', 'buy2')",
        "delete from conversion_funnels where session_id = 'buy9'",
    ],
)
def test_evidence_that_no_longer_holds_refuses(connection: Connection, proposal: str, change: str) -> None:
    connection.execute(change.encode())

    with pytest.raises(DecisionRefusedError, match=r"no longer holds: \w+ was .*, is "):
        approve(connection, proposal, "Ada")

    assert status(connection) == "proposed"


def test_a_surface_that_is_gone_refuses(connection: Connection, proposal: str) -> None:
    connection.execute(b"delete from user_sessions where session_id <> 'buy1'")
    connection.execute(b"update behavior_events set element_path = '#elsewhere'")

    with pytest.raises(DecisionRefusedError, match="no longer among the events"):
        approve(connection, proposal, "Ada")


def test_a_changed_record_refuses(connection: Connection, proposal: str) -> None:
    connection.execute(b"alter table proposal_evidence disable trigger refuse_rewrite")
    connection.execute(b"update proposal_evidence set result = result || '{\"affected_sessions\": 900}'")

    with pytest.raises(DecisionRefusedError, match="its record was changed"):
        approve(connection, proposal, "Ada")


@pytest.mark.parametrize(
    "change", ["score_version = 'older'", 'params = params || \'{"profile": "x"}\'', "query_id = 'q'"]
)
def test_what_this_version_does_not_compute_refuses(connection: Connection, proposal: str, change: str) -> None:
    connection.execute(b"alter table proposal_evidence disable trigger refuse_rewrite")
    connection.execute(f"update proposal_evidence set {change}".encode())  # noqa: S608 - text of this file

    with pytest.raises(DecisionRefusedError, match="does not compute"):
        approve(connection, proposal, "Ada")


def test_a_run_of_this_version_asks_what_another_version_had_asked(
    connection: Connection, demo: Settings, proposal: str
) -> None:
    connection.execute(b"alter table proposal_evidence disable trigger refuse_rewrite")
    connection.execute(b"update proposal_evidence set score_version = 'older'")

    propose(connection, AS_OF, demo, NOW)

    assert approve(connection, proposal, "Ada").status == "approved"


def test_scores_that_were_made_up_refuse(connection: Connection, demo: Settings) -> None:
    crowd(connection, "buy", raged=8, calm=20)
    score(connection)
    connection.execute(b"update friction_scores set affected_sessions = 20 where surface_key = '#buy'")
    (made,) = propose(connection, AS_OF, demo, NOW).made

    with pytest.raises(DecisionRefusedError, match="affected_sessions was 20, is 8"):
        approve(connection, made.proposal_id, "Ada")


def test_without_evidence_nothing_is_approved(connection: Connection) -> None:
    insert(connection, "optimization_history", proposed_changes=CHANGE)

    with pytest.raises(DecisionRefusedError, match="no evidence on record"):
        approve(connection, "p", "Ada")


def test_a_change_of_no_allowed_kind_is_not_approved(connection: Connection) -> None:
    insert(connection, "optimization_history", proposed_changes={"run": "<script>"})

    with pytest.raises(DecisionRefusedError, match="not one of the allowed kinds") as refused:
        approve(connection, "p", "Ada")

    assert "script" not in str(refused.value)


def test_new_scores_of_a_later_run_are_new_evidence(connection: Connection, proposal: str, demo: Settings) -> None:
    connection.execute(b"delete from user_sessions where session_id = 'buy1'")
    later = NOW + timedelta(hours=1)
    score(connection, known_at=later)
    propose(connection, AS_OF, demo, later)

    assert [one.result["affected_sessions"] for one in evidence_of(connection, proposal)] == [7, 8]
    assert approve(connection, proposal, "Ada").status == "approved"


@pytest.mark.parametrize("name", ["", "  ", "uxpipeline:0.1.0", "UXPIPELINE:x", "a\x1b[31m", "\u200b", "x" * 101])
def test_a_name_is_a_person_s(connection: Connection, proposal: str, name: str) -> None:
    with pytest.raises(InputError, match="no name of a person"):
        approve(connection, proposal, name)


def test_approved_and_live_at_once_is_labelled(connection: Connection, proposal: str) -> None:
    approve(connection, proposal, "Ada", implement=True)

    history = show_proposal(connection, proposal).history
    assert [event.to_status for event in history] == ["proposed", "approved", "implemented"]
    assert scalar(connection, "select metadata ->> 'implemented_without_test' from optimization_history") == "true"


@pytest.mark.parametrize("reason", REASONS)
def test_rejecting_records_the_code(connection: Connection, proposal: str, reason: str) -> None:
    reject(connection, proposal, "Ada", reason)

    newest = show_proposal(connection, proposal).history[-1]
    assert (newest.to_status, newest.reason) == ("rejected", reason)


def test_an_unknown_code_lists_the_known_ones(connection: Connection, proposal: str) -> None:
    with pytest.raises(InputError, match=r"already_fixed, .*data_quality"):
        reject(connection, proposal, "Ada", "because")


def test_implementing_fills_request_and_dates(connection: Connection, proposal: str) -> None:
    approve(connection, proposal, "Ada")
    implement(connection, proposal, "Bob", "https://git.example/shop/pull/17")

    found = connection.execute(
        b"select status, pr_url, pr_number, implemented_at is not null, deployed_at is not null"
        b" from optimization_history"
    ).fetchone()
    assert found == ("implemented", "https://git.example/shop/pull/17", 17, True, True)


def test_rolling_back_says_why_and_keeps_the_request(connection: Connection, proposal: str) -> None:
    approve(connection, proposal, "Ada")
    implement(connection, proposal, "Ada", "https://git.example/shop/pull/17")
    roll_back(connection, proposal, "Bob", "Slower on mobiles")

    found = connection.execute(b"select status, rollback_reason, pr_number from optimization_history").fetchone()
    assert found == ("rolled_back", "Slower on mobiles", 17)


def test_a_rollback_without_a_reason_is_refused(connection: Connection, proposal: str) -> None:
    with pytest.raises(InputError, match="says why"):
        roll_back(connection, proposal, "Bob", " ")


def test_a_move_the_database_refuses_says_what_is_possible(connection: Connection, proposal: str) -> None:
    with pytest.raises(DecisionRefusedError, match=f"Proposal {proposal} is proposed: it cannot become") as no:
        implement(connection, proposal, "Ada")
    assert "approved, rejected, archived" in no.value.remedy


def test_an_unknown_proposal_is_not_repeated(connection: Connection) -> None:
    with pytest.raises(InputError, match="no such proposal"):
        approve(connection, "\x1b[31m", "Ada")


@pytest.mark.parametrize(
    "url",
    ["http://git.example/pull/1", "https://git.example", "javascript:alert(1)", "https://git.example/a b",
     "https://git.example/\x1b[31m", "https://u:p@git.example/pull/1", "https://git.example/" + "x" * 500],
)  # fmt: skip
def test_only_plain_https_requests(connection: Connection, proposal: str, url: str) -> None:
    with pytest.raises(InputError, match="https"):
        implement(connection, proposal, "Ada", url)


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://github.example/a/b/pull/12", 12),
        ("https://gitlab.example/a/b/-/merge_requests/7/diffs", 7),
        ("https://bitbucket.example/a/b/pull-requests/3?x=1", 3),
        ("https://git.example/a/b/issues/4", None),
        ("https://git.example/pull/12x", None),
        ("https://git.example/pull/99999999999", None),
        (None, None),
    ],
)
def test_the_number_comes_from_the_url(url: str | None, number: int | None) -> None:
    assert request_number(url) == number
