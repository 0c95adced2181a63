"""No staged row that breaks a rule is published, whoever judges: one statement, or Great Expectations."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from uxpipeline.errors import TransientError
from uxpipeline.ingest.audit import Auditor, OneStatement
from uxpipeline.ingest.load import load_paths
from uxpipeline.quality.staged import SUITE, GreatExpectations, GreatExpectationsChild, audit_child
from uxpipeline.quality.suites import load_suite
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import Line, event, record, step
from uxpipeline_tests.load.test_publish import before

LINES: list[Line] = [event("s", 0), record("s", language="en"), step("s", 0)]
TAMPERINGS = {
    "event_time_in_window": "update uxpipeline.stage_events set \"timestamp\" = '1999-01-01 00:00:00+00'",
    "event_time_not_ahead": "update uxpipeline.stage_events set \"timestamp\" = '2030-01-01 00:00:00+00'",
    "event_session_named": "update uxpipeline.stage_events set session_id = ''",
    "event_url_without_address": "update uxpipeline.stage_events set page_url = '/ada@example.test'",
    "event_url_length": "update uxpipeline.stage_events set page_url = repeat('x', 1001)",
    "event_path_length": "update uxpipeline.stage_events set element_path = repeat('x', 1001)",
    "row_belongs_to_line": "update uxpipeline.stage_events set plain = false",
    "session_named": "update uxpipeline.stage_sessions set session_id = ''",
    "session_url_without_address": "update uxpipeline.stage_sessions set referrer = 'https://ada@shop.example'",
    "session_duration_not_negative": "update uxpipeline.stage_sessions set duration_seconds = -1",
    "funnel_step_order_positive": "update uxpipeline.stage_funnel_steps set step_order = 0",
    "funnel_exit_after_entry": "update uxpipeline.stage_funnel_steps set exited_at = entered_at - interval '1 s'",
    "lines_staged": "delete from uxpipeline.stage_lines where line_no = 2",
    "load_alone": "insert into uxpipeline.stage_lines select 999999, 1, '', '', '', 'pending', '', '', ''",
}


def test_every_rule_is_broken_here() -> None:
    assert {rule.name for rule in load_suite(SUITE).rules} == set(TAMPERINGS)


@pytest.fixture(params=["one statement", "great expectations"])
def auditor(request: pytest.FixtureRequest, database: str) -> Auditor:
    return OneStatement() if request.param == "one statement" else GreatExpectations(database)


@pytest.mark.parametrize("rule", TAMPERINGS)
def test_the_audit_names_what_an_adapter_let_through(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, auditor: Auditor, rule: str
) -> None:
    before(monkeypatch, "audit", TAMPERINGS[rule])
    [report] = load_paths(landing.connection, landing.settings, [landing.write(LINES)], NOW, auditor=auditor)
    assert (report.status, landing.state()) == ("aborted", [])
    assert rule in str(report.problem)


def test_what_breaks_no_rule_is_published(landing: Landing, auditor: Auditor) -> None:
    paths = [landing.write(LINES), landing.write([record("t", language="en")]), landing.write([], "blank.ndjson")]
    paths[-1].write_text("\n", encoding="utf-8")
    reports = load_paths(landing.connection, landing.settings, paths, NOW, source="native", auditor=auditor)
    assert [counts(report) for report in reports] == [{"inserted": 3}, {"inserted": 1}, {}]
    assert {report.status for report in reports} == {"loaded"}


class TestChild:
    """Great Expectations in a process of its own."""

    @pytest.fixture
    def child(self, database: str) -> Iterator[GreatExpectationsChild]:
        with audit_child(database) as auditor:
            yield auditor
        assert pids() == []

    def test_it_judges_batch_after_batch(
        self, landing: Landing, child: GreatExpectationsChild, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def load(*lines: Line) -> str | None:
            path = landing.write(lines)
            [report] = load_paths(landing.connection, landing.settings, [path], NOW, auditor=child)
            return report.problem

        assert load(*LINES) is None
        with monkeypatch.context() as patch:
            before(patch, "audit", TAMPERINGS["event_session_named"])
            assert "event_session_named" in str(load(event("t", 1)))
        assert load(event("u", 1)) is None
        [pid] = pids()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(TransientError, match="was ended"):
            load(event("v", 1))
        assert len(landing.ledger()) == 3

    def test_a_database_it_cannot_read_is_no_verdict(self, landing: Landing) -> None:
        url = "postgresql://nobody@127.0.0.1:1/nothing"
        with audit_child(url) as child, pytest.raises(TransientError, match="No PostgreSQL answers"):
            load_paths(landing.connection, landing.settings, [landing.write(LINES)], NOW, auditor=child)
        assert (landing.state(), landing.ledger()) == ([], [])


def pids() -> list[int]:
    def command(child: psutil.Process) -> list[str]:
        return child.as_dict(["cmdline"])["cmdline"] or []

    return [child.pid for child in psutil.Process().children() if "uxpipeline.quality.staged" in command(child)]
