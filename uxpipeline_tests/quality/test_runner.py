import json
import math
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection, connect
from uxpipeline.errors import ServerUnreachableError
from uxpipeline.quality.runner import run_suite
from uxpipeline.quality.suites import FOLDER, Rule, Suite, load_suite
from uxpipeline.quality.verdicts import observed_numbers

SESSIONS = load_suite(FOLDER / "user_sessions.yaml")
PASSWORD = "p$w${HOME}%41d@:/?#&'\\ ü"


def query_rule(query: str) -> Suite:
    rule = Rule("asked", "unexpected_rows_expectation", {"unexpected_rows_query": query}, "critical", "")
    return Suite("public", "user_sessions", "public.user_sessions", (rule,))


def test_only_the_named_rules_are_evaluated(database: str) -> None:
    names = {"landing_pages_present", "exit_reasons_known"}
    assert {verdict.rule.name for verdict in run_suite(database, SESSIONS, names)} == names
    assert run_suite(database, SESSIONS, ()) == []


@pytest.mark.parametrize("missing", ["public.gone", "gone.user_sessions"])
def test_a_missing_relation_is_an_error_of_every_rule(database: str, missing: str) -> None:
    verdicts = run_suite(database, Suite("public", "gone", missing, SESSIONS.rules))
    assert [(verdict.passed, verdict.errored) for verdict in verdicts] == [(False, True)] * len(SESSIONS.rules)


def test_a_missing_column_is_an_error_of_its_rule(connection: Connection, database: str) -> None:
    connection.execute("alter table public.user_sessions drop column exit_reason cascade")
    verdicts = {verdict.rule.name: verdict for verdict in run_suite(database, SESSIONS)}
    broken = verdicts.pop("exit_reasons_known")
    assert (broken.passed, broken.errored, broken.observed) == (False, True, {})
    assert all(verdict.passed and not verdict.errored for verdict in verdicts.values())


def test_a_failing_query_is_an_error(database: str) -> None:
    (verdict,) = run_suite(database, query_rule("select 1 / 0 from {batch} having true limit 1"))
    assert (verdict.passed, verdict.errored) == (False, True)


def test_no_server(database: str) -> None:
    with pytest.raises(ServerUnreachableError):
        run_suite(urlunsplit(urlsplit(database)._replace(netloc="nobody@127.0.0.1:1")), SESSIONS)


def test_a_lost_connection_is_no_verdict(database: str) -> None:
    with pytest.raises(ServerUnreachableError):
        run_suite(
            database, query_rule("select pg_terminate_backend(pg_backend_pid()) from {batch} having true limit 1")
        )


@pytest.fixture
def odd_login(connection: Connection, database: str) -> Iterator[str]:
    """URL of a role whose password every layer could misread."""
    role = sql.Identifier(name := f"uxp_odd_{uuid4().hex[:8]}")
    connection.execute(sql.SQL("create role {} login password {}").format(role, sql.Literal(PASSWORD)))
    connection.execute(sql.SQL("grant select on public.user_sessions, public.behavior_events to {}").format(role))
    parts = urlsplit(database)
    yield urlunsplit(parts._replace(netloc=f"{name}:{quote(PASSWORD, safe='')}@{parts.hostname}:{parts.port}"))
    connection.execute(sql.SQL("revoke all on public.user_sessions, public.behavior_events from {}").format(role))
    connection.execute(sql.SQL("drop role {}").format(role))


def test_any_password_works_and_stays_secret(
    odd_login: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with connect(odd_login) as opened:
        assert opened.info.password == PASSWORD
    caplog.set_level("DEBUG")
    verdicts = run_suite(odd_login, SESSIONS)
    assert all(verdict.passed for verdict in verdicts)

    from uxpipeline.quality.validation import _context  # noqa: PLC0415  # imported by run_suite, which filters warnings

    seen = repr(verdicts) + "".join(capfd.readouterr()) + caplog.text + repr(_context().config)
    assert PASSWORD not in seen
    assert quote(PASSWORD, safe="") not in seen
    assert not _context().data_sources.all()


def test_verdicts_hold_numbers_only() -> None:
    result = {"unexpected_count": Decimal(3), "element_count": 10, "observed_value": "a visitor's words", "more": 1}
    assert json.dumps(observed_numbers(result)) == '{"unexpected_count": 3, "element_count": 10}'
    assert observed_numbers({"observed_value": math.nan, "element_count": True}) == {}
    assert observed_numbers({"observed_value": 0.25}) == {"observed_value": 0.25}
