from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from psycopg import sql

from uxpipeline.db.connect import connect
from uxpipeline.quality.runner import run_suite
from uxpipeline.quality.suites import Suite, load_suites

SUITES = {suite.relation: suite for suite in load_suites()}
BREAKAGES = yaml.safe_load(Path(__file__).with_name("breakages.yaml").read_text(encoding="utf-8"))
EVENTS = "behavior_events"


def test_an_empty_database_passes(database: str) -> None:
    verdicts = [verdict for suite in SUITES.values() for verdict in run_suite(database, suite)]
    assert [verdict for verdict in verdicts if not verdict.passed or verdict.errored] == []


def test_sound_data_passes(healthy: str) -> None:
    with connect(healthy) as connection:
        for suite in SUITES.values():
            relation = sql.Identifier(*suite.reads.split("."))
            assert connection.execute(sql.SQL("select 1 from {} limit 1").format(relation)).fetchone(), suite.reads
    verdicts = [verdict for suite in SUITES.values() for verdict in run_suite(healthy, suite)]
    assert [verdict for verdict in verdicts if not verdict.passed or verdict.errored] == []


@contextmanager
def broken_stand_in(url: str, suite: Suite, breakage: str) -> Iterator[None]:
    """For the block, a table with the relation's rows, then broken, bears the relation's name."""
    relation, sound = sql.Identifier(suite.schema, suite.relation), sql.Identifier(suite.schema, "sound")
    replace = sql.SQL("alter table {} rename to sound; create table {} as select * from {}")
    restore = sql.SQL("drop table {}; alter table {} rename to {}")
    with connect(url) as connection:
        connection.execute(replace.format(relation, relation, sound))
        try:
            connection.execute(breakage.replace("{r}", relation.as_string(connection)).encode())
            yield
        finally:
            connection.execute(restore.format(relation, sound, sql.Identifier(suite.relation)))


def assert_fails_alone(url: str, suite: Suite, rule: str) -> None:
    verdicts = run_suite(url, suite)
    assert [verdict.rule for verdict in verdicts] == list(suite.rules)
    (failed,) = [verdict for verdict in verdicts if not verdict.passed]
    assert (failed.rule.name, failed.errored) == (rule, False)
    assert max(failed.observed.get("unexpected_count", 0), failed.observed.get("observed_value", 0)) > 0
    assert "canary" not in repr(verdicts)


@pytest.fixture
def _nothing_printed_or_told(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert capfd.readouterr() == ("", "")
    assert "canary" not in caplog.text


@pytest.mark.usefixtures("_nothing_printed_or_told")
@pytest.mark.parametrize(
    ("relation", "rule"),
    [(relation, rule) for relation in SUITES if relation != EVENTS for rule in BREAKAGES[relation]],
)
def test_broken_rows_fail_their_rule_alone(shared_healthy: str, relation: str, rule: str) -> None:
    with broken_stand_in(shared_healthy, SUITES[relation], BREAKAGES[relation][rule]):
        assert_fails_alone(shared_healthy, SUITES[relation], rule)


@pytest.mark.usefixtures("_nothing_printed_or_told")
@pytest.mark.parametrize("rule", BREAKAGES[EVENTS])
def test_broken_events_fail_their_rule_alone(healthy: str, rule: str) -> None:
    with connect(healthy) as connection:
        connection.execute(BREAKAGES[EVENTS][rule].encode())
    assert_fails_alone(healthy, SUITES[EVENTS], rule)


def test_a_broken_view_definition_fails(healthy: str) -> None:
    with connect(healthy) as connection:
        connection.execute("""
            alter view public.session_analytics rename to sound;
            create view public.session_analytics as
            select s.* from public.sound s join public.behavior_events be on be.session_id = s.session_id;
        """)
    assert_fails_alone(healthy, SUITES["session_analytics"], "one_row_per_session")


def test_every_rule_has_a_breakage() -> None:
    broken = {relation: set(rules) for relation, rules in BREAKAGES.items()}
    assert broken == {relation: {rule.name for rule in suite.rules} for relation, suite in SUITES.items()}


def test_anomalies_of_content_only_warn() -> None:
    warnings = {
        (relation, rule.name)
        for relation, suite in SUITES.items()
        for rule in suite.rules
        if rule.severity == "warning"
    }
    assert warnings == {
        ("user_sessions", "durations_within_a_day"),
        ("user_sessions", "sessions_have_events"),
        ("behavior_events", "events_have_a_partition"),
        ("behavior_events", "clocks_agree"),
        ("behavior_events", "interactions_name_a_target"),
        ("behavior_events", "hesitations_are_numbers"),
        ("conversion_funnels", "durations_within_a_day"),
        ("conversion_funnels", "steps_match_configuration"),
        ("variant_assignments", "assigned_while_test_ran"),
        ("ingest_files", "recent_files_mostly_clean"),
        ("daily_friction_summary", "hesitations_humanly_possible"),
        ("component_performance", "hesitations_humanly_possible"),
        ("session_analytics", "scroll_depths_are_percentages"),
        ("optimization_history", "implementations_dated"),
        ("optimization_history", "proposals_answered"),
    }
