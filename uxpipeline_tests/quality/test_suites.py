import subprocess
import sys
from pathlib import Path

import pytest

from uxpipeline.errors import ConfigurationError
from uxpipeline.quality.suites import load_suite, load_suites

SUITE = """
relation: things
schema: public
expectations:
  - name: ids_present
    expectation: expect_column_values_to_not_be_null
    kwargs: {column: id}
    severity: critical
    description: Every thing has an id.
"""


def suite_file(folder: Path, text: str) -> Path:
    path = folder / "things.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_the_relation_unless_told_otherwise(tmp_path: Path) -> None:
    assert load_suite(suite_file(tmp_path, SUITE)).reads == "public.things"
    assert load_suite(suite_file(tmp_path, SUITE + "reads: uxpipeline.new_things")).reads == "uxpipeline.new_things"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("relation: things", "relation: others", "must be `things`"),
        ("schema: public", "", "lacks `schema`"),
        ("schema: public", "schema: public\ncolour: red", "unknown key `colour`"),
        ("schema: public", "schema: public\nreads: things", "schema.relation"),
        ("ids_present", "Ids present", "snake_case"),
        ("severity: critical", "severity: fatal", "critical, warning"),
        ("kwargs: {column: id}", "kwargs: id", "mapping"),
        ("kwargs: {column: id}", "kwargs: {unexpected_rows_query: select 1 from things limit 1}", "{batch}"),
        ("kwargs: {column: id}", 'kwargs: {unexpected_rows_query: "select 1 from {batch}"}', "limit"),
        ("    severity: critical\n", "", "rule 1 lacks `severity`"),
        (SUITE, SUITE + SUITE[SUITE.index("  - name") :], "two rules"),
        (SUITE, "relation: things\nschema: public\nexpectations: []", "at least one rule"),
        (SUITE, "- a list", "must be a mapping"),
        (SUITE, "relation: [", "not YAML"),
    ],
)
def test_malformed_suites_are_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in SUITE
    path = suite_file(tmp_path, SUITE.replace(old, new))
    with pytest.raises(ConfigurationError, match=problem) as refusal:
        load_suite(path)
    assert "things.yaml" in str(refusal.value)


def test_unknown_rules_cannot_be_selected() -> None:
    suite = load_suites()[0]
    assert [rule.name for rule in suite.select({suite.rules[1].name})] == [suite.rules[1].name]
    with pytest.raises(ConfigurationError, match="no rule `nonsense`"):
        suite.select({"nonsense"})


def test_every_materialized_view_is_guarded() -> None:
    severities = {suite.relation: {rule.severity for rule in suite.rules} for suite in load_suites()}
    assert "critical" in severities["daily_friction_summary"]
    assert "critical" in severities["component_performance"]


def test_declaring_checks_imports_nothing_heavy() -> None:
    code = (
        "import sys, uxpipeline.quality.runner; from uxpipeline.quality.suites import load_suites; load_suites();"
        "print([name for name in ('great_expectations', 'pandas', 'sqlalchemy', 'dagster') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"
