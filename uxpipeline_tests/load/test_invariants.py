"""Each invariant that tests of this folder end with notices when it is broken."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from uxpipeline.errors import InputError
from uxpipeline_tests.load import invariants
from uxpipeline_tests.load.invariants import assert_in_database, assert_of_loads
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import event
from uxpipeline_tests.load.witness import Witness

BREAKAGES = {
    "I1": "update uxpipeline.ingest_files set inserted = inserted + 1",
    "I2 a row": "delete from uxpipeline.ingest_files",
    "I8": "delete from public.user_sessions; update uxpipeline.ingest_files set status = 'aborted'",
    "I3 a line": """
        insert into public.behavior_events (session_id, id, event_type, "timestamp", page_url, load_id)
        select session_id, id, event_type, "timestamp" + interval '1 ms', page_url, load_id
        from public.behavior_events limit 1
    """,
}


@pytest.mark.parametrize("invariant", BREAKAGES)
def test_a_broken_one_is_noticed(landing: Landing, invariant: str) -> None:
    landing.load(event("s", 0), event("s", 1))
    assert_in_database(landing.connection)
    landing.connection.execute(BREAKAGES[invariant].encode())
    with pytest.raises(AssertionError, match=invariant):
        assert_in_database(landing.connection)
    landing.clean()


def test_a_view_that_cannot_be_read_is_noticed(landing: Landing) -> None:
    with landing.connection.transaction(force_rollback=True):
        landing.connection.execute(b"alter view public.friction_points rename to gone")
        with pytest.raises(Exception, match="friction_points"):
            assert_in_database(landing.connection)


@pytest.fixture
def witness(landing: Landing) -> Witness:
    """Saw a load of two lines and a bad one."""
    witness = Witness()
    with witness.watching():
        assert landing.load(event("s", 0), event("s", 60), "{not json, but a visitor's").status == "loaded"
    return witness


@pytest.fixture
def other(reordered_database: str) -> str:
    return reordered_database


def test_nothing_is_noticed_where_nothing_is_wrong(witness: Witness, database: str, other: str) -> None:
    assert_of_loads(witness, "1 quarantined", database, other)


def test_rows_that_no_other_order_gives_are_noticed(
    landing: Landing, witness: Witness, database: str, other: str
) -> None:
    landing.connection.execute(b"update public.behavior_events set page_url = '/first'")
    with pytest.raises(AssertionError, match="I5"):
        assert_of_loads(witness, "", database, other)


def test_memory_is_noticed_even_when_it_is_given_back(landing: Landing, database: str, other: str) -> None:
    witness = Witness()
    with witness.watching():
        len(b"x" * (invariants.MOST_MEMORY * 5 // 4))
        landing.load(event("s", 0))
    with pytest.raises(AssertionError, match="I6"):
        assert_of_loads(witness, "", database, other)


@pytest.mark.parametrize("text", [event("s", 60)["page_url"], "{not json, but a visitor's", "password", "privacy key"])
@pytest.mark.parametrize("where", ["printed", "raised", "reported", "in the ledger", "in quarantine"])
def test_what_nobody_is_to_read_is_noticed(
    landing: Landing, witness: Witness, database: str, other: str, text: str, where: str
) -> None:
    secrets = {"password": urlsplit(database).password, "privacy key": landing.settings.privacy_key}
    said = f"It is {secrets.get(text, text)}"
    if where == "raised":
        with witness.watching():
            InputError("No such line", said)
    elif where == "reported":
        witness.reports[0].problem = said
    elif where == "in the ledger":
        landing.connection.execute("update uxpipeline.ingest_files set problem = %s", [said])
    elif where == "in quarantine":
        landing.connection.execute("update uxpipeline.quarantine set detail = %s", [said])
    with pytest.raises(AssertionError, match="I7"):
        assert_of_loads(witness, said if where == "printed" else "", database, other)


@pytest.mark.parametrize("entry", [("aborted", 3, 1), ("loaded", 3, 0), ("loaded", 3, 2), None])
def test_an_exit_code_that_is_not_that_of_the_ledger_is_noticed(
    witness: Witness, database: str, other: str, entry: tuple[str, int, int] | None
) -> None:
    [(number, (loader, [seen]))] = witness.loads.items()
    witness.loads[number] = (replace(loader, max_bad=0.5), [replace(seen, entry=entry)])
    with pytest.raises(AssertionError, match="I8"):
        assert_of_loads(witness, "", database, other)


def test_what_another_process_loaded_is_looked_for_too(landing: Landing, database: str, other: str) -> None:
    landing.load(event("s", 0))
    with pytest.raises(AssertionError, match="I7"):
        assert_of_loads(Witness(), f"It is {event('s', 0)['id']}", database, other)
