"""Evidence after a late line joined sessions, or made one begin earlier: what was told stays true, or is told anew."""

from pathlib import Path
from typing import Any

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.errors import DecisionRefusedError
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.proposals.decide import approve
from uxpipeline.proposals.generate import Generated, propose
from uxpipeline.proposals.store import evidence_of
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import column
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import Line, message
from uxpipeline_tests.proposals.scores import AS_OF, NOW, crowd, score

IN_TIME = {"sentAt": "2026-11-20T12:00:00Z", "receivedAt": "2026-11-20T12:00:00Z"}
TOO_LATE = {"sentAt": "2026-11-22T12:00:00Z", "receivedAt": "2026-11-22T12:00:00Z"}
SESSIONS = "select session_id from public.user_sessions where session_id like 'ann%' order by 1"


@pytest.fixture
def shop(connection: Connection, settings: Settings, tmp_path: Path) -> Landing:
    """Many who clicked `#buy`, and Ann, whose tracker knows no sessions, twice, an hour apart."""
    crowd(connection, "buy", raged=8, calm=20)
    folder = tmp_path / "files"
    folder.mkdir()
    shop = Landing(connection, settings, folder)
    shop.load(visit(0), visit(3400))
    for second, session in zip((10, 3410), column(connection, SESSIONS), strict=True):
        click(connection, session, second)
    return shop


def visit(second: float, arrived: Line = IN_TIME) -> Line:
    return message("ann", second) | arrived


def click(connection: Connection, session: str, second: float) -> None:
    """Ann clicks `#buy` in rage."""
    values: dict[str, Any] = {"session": session, "second": second}
    connection.execute(
        b"insert into behavior_events"
        b' (session_id, event_type, element_path, element_type, page_url, "timestamp", received_at)'
        b" select %(session)s, 'rage_click', 'body > button#buy', 'button', 'https://shop.example/cart',"
        b" '2026-11-20 10:00+00'::timestamptz + make_interval(secs => %(second)s), '2026-11-20 12:00+00'",
        values,
    )


def proposed(connection: Connection, demo: Settings) -> str:
    (made,) = run(connection, demo).made
    return made.proposal_id


def run(connection: Connection, demo: Settings) -> Generated:
    refresh_marts(connection, NOW)
    score(connection)
    return propose(connection, AS_OF, demo, NOW)


def affected(connection: Connection, proposal: str) -> list[Any]:
    """Affected sessions by the evidence on record, newest first."""
    return [evidence.result["affected_sessions"] for evidence in evidence_of(connection, proposal)]


def test_a_session_that_begins_earlier_has_another_name_and_the_same_evidence(shop: Landing, demo: Settings) -> None:
    proposal = proposed(shop.connection, demo)
    before = column(shop.connection, SESSIONS)

    shop.load(visit(-60, TOO_LATE))

    assert column(shop.connection, SESSIONS) != before
    assert approve(shop.connection, proposal, "Ada").status == "approved"


def test_joined_sessions_count_once_and_the_old_evidence_refuses(shop: Landing, demo: Settings) -> None:
    proposal = proposed(shop.connection, demo)

    shop.load(visit(1700, TOO_LATE))

    assert len(column(shop.connection, SESSIONS)) == 1
    with pytest.raises(DecisionRefusedError, match="affected_sessions was 10, is 9"):
        approve(shop.connection, proposal, "Ada")


def test_the_next_run_says_what_is_true_of_joined_sessions(shop: Landing, demo: Settings) -> None:
    proposal = proposed(shop.connection, demo)
    shop.load(visit(1700, TOO_LATE))

    run(shop.connection, demo)

    assert affected(shop.connection, proposal) == [9, 10]
    assert approve(shop.connection, proposal, "Ada").status == "approved"
