"""The documents say what the program does, and nothing it does not."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import dagster as dg
import pytest
import typer

import uxpipeline
from uxpipeline import settings
from uxpipeline.cli.app import app
from uxpipeline.db.connect import Connection
from uxpipeline.definitions import defs
from uxpipeline.errors import UxPipelineError
from uxpipeline.friction.parameters import GATES, EvidenceGate
from uxpipeline.friction.rates import FEWEST_SURFACES
from uxpipeline.ingest.records import EventType
from uxpipeline.ingest.sources.base import SOURCES
from uxpipeline.proposals.parameters import LONGEST_TEST_DAYS, MOST_PER_DAY
from uxpipeline.proposals.power import MINIMUM_EFFECT
from uxpipeline.proposals.rules import RULES
from uxpipeline.quality.staged import SUITE
from uxpipeline.quality.suites import load_suite
from uxpipeline_tests.docs.pages import PAGES, ROOT, code_spans, everything, page

PACKAGE = Path(uxpipeline.__file__).parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TEST_ONLY = "UXPIPELINE_TEST_DSN"
RELATIONS = """
    select c.relname
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'uxpipeline') and c.relkind in ('r', 'p', 'v', 'm', 'S')
        and c.relname !~ '^behavior_events_[0-9]{8}$' and c.relname !~ '_id_seq$'
    union
    select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'uxpipeline')
    union
    select policyname from pg_policies
    order by 1
"""
SCORE_COLUMNS = "select attname from pg_attribute where attrelid = 'public.friction_scores'::regclass and attnum > 0"


def table_names(text: str) -> list[str]:
    """What the first cells of a page's tables name."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  # Typer's own kind of command
    if not hasattr(command, "commands"):
        yield name, command
        return
    for part, inner in sorted(command.commands.items()):
        yield from commands(inner, f"{name} {part}")


COMMANDS = dict(commands(typer.main.get_command(app), "uxpipeline"))


def test_configuration_describes_exactly_the_variables_there_are() -> None:
    assert sorted(table_names(page("docs/configuration.md"))) == sorted([*settings.VARIABLES, TEST_ONLY])


def test_the_example_environment_names_the_same_variables_all_commented_out() -> None:
    example = page(".env.example")

    assert re.findall(r"^#(UXPIPELINE_\w+)=", example, re.MULTILINE) == [*settings.VARIABLES, TEST_ONLY]
    assert all(line.startswith("#") for line in example.splitlines() if line)


def test_the_example_environment_shows_the_real_defaults() -> None:
    found = re.findall(r"^# (.+)\n#(\w+)=(.+)$", page(".env.example"), re.MULTILINE)
    shown = {name: value for said, name, value in found if not said.endswith("Example:") and "default:" not in said}
    given, empty = settings.Settings.from_env(shown), settings.Settings.from_env({})

    assert len(shown) > 5
    assert given == empty


def test_every_command_is_described() -> None:
    described = [f"{span} " for span in code_spans(page("docs/commands.md"))]

    assert [name for name in COMMANDS if not any(span.startswith(f"{name} ") for span in described)] == []


def test_every_command_in_the_documents_exists() -> None:
    groups = {name.rsplit(" ", 1)[0] for name in COMMANDS}
    named = {span for span in code_spans(everything()) if re.match(r"uxpipeline [a-z]", span)}
    known = [*COMMANDS, *groups - {"uxpipeline"}]

    assert [span for span in named if not any(f"{span} ".startswith(f"{name} ") for name in known)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_described(name: str) -> None:
    rows = [line for line in page("docs/commands.md").splitlines() if line.startswith(f"| `{name}")]
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts if option.startswith("--")}

    assert sorted(re.findall(r"`(--[a-z-]+)", rows[0].split(" | ")[0])) == sorted(options - {"--help"})


def test_exit_codes_are_described() -> None:
    text = page("docs/commands.md").partition("## Exit codes")[2].partition("\n## ")[0]

    assert re.findall(r"^\| (\d+) \|", text, re.MULTILINE) == ["0", "1", "2", "130", "143"]


def test_load_report_keys_are_described() -> None:
    from uxpipeline.ingest.reports import FileReport  # noqa: PLC0415

    text = page("docs/commands.md").partition("## What `load --json` says")[2]
    assert [name for name in FileReport.__dataclass_fields__ if f"`{name}`" not in text] == []


def test_every_asset_job_schedule_and_sensor_is_described() -> None:
    repository = defs.get_repository_def()
    names = {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()}
    names |= {schedule.name for schedule in repository.schedule_defs}
    names |= {sensor.name for sensor in repository.sensor_defs} | {"refresh"}

    assert names - code_spans(page("docs/architecture.md")) == set()


def test_every_check_is_described_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (blocking|warning) \| (.+) \|$", page("docs/checks.md"), re.MULTILINE)
    declared = [found for found in defs.asset_checks or () if isinstance(found, dg.AssetChecksDefinition)]
    ours = [
        (spec.name, "blocking" if spec.blocking else "warning", spec.description)
        for definition in declared
        for spec in definition.check_specs
    ]
    checked = {key.asset_key.to_user_string() for definition in declared for key in definition.check_keys}

    staged = [(rule.name, "blocking", rule.description) for rule in load_suite(SUITE).rules]

    assert sorted(row for row in rows if row[0] != "files_accepted") == sorted([*ours, *staged])
    assert re.findall(r"^## (\w+)$", page("docs/checks.md"), re.MULTILINE) == sorted([*checked, "staged_batch"])


def test_no_check_is_missing() -> None:
    declared = [
        *(check for check in defs.asset_checks or () if isinstance(check, dg.AssetChecksDefinition)),
        *(asset for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition)),
    ]
    names = {spec.name for definition in declared for spec in definition.check_specs}

    assert "files_accepted" in names
    assert names - code_spans(page("docs/checks.md")) == set()


def test_every_relation_function_and_policy_is_described(connection: Connection) -> None:
    found = {name for (name,) in connection.execute(RELATIONS).fetchall()}

    assert len(found) > 40
    assert found - code_spans(page("docs/schema.md")) == set()


ABOUT_PEOPLE = """
    select distinct c.relname, case when n.nspname = 'public' then a.attname end
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
    join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('public', 'uxpipeline')
    where a.attnum > 0 and not a.attisdropped
        and exists (
            select from pg_attribute person
            where person.attrelid = c.oid and person.attname in ('session_id', 'visitor_key', 'payload')
        )
"""
OUR_OWN = {"id", "received_at", "load_id", "changed", "supplied"}
"""Columns that say how a row came to us."""


def test_the_data_map_names_all_that_is_kept_about_people(connection: Connection) -> None:
    told = set(
        code_spans(page("docs/security.md").partition("## What is kept about a visitor")[2].partition("\n## ")[0])
    )
    kept = connection.execute(ABOUT_PEOPLE.encode()).fetchall()
    columns = {column for _, column in kept if column} - OUR_OWN
    of_session_tables = {relation for relation, column in kept if column}
    ours = {relation for relation, column in kept if column is None}
    assert len(of_session_tables) == 4
    assert (sorted(columns - told), sorted(ours - told)) == ([], [])


def test_every_column_of_the_scores_is_described(connection: Connection) -> None:
    found = {name for (name,) in connection.execute(SCORE_COLUMNS).fetchall()}

    assert found - code_spans(page("docs/friction.md")) == set()


def test_every_seed_defect_is_answered_once() -> None:
    answered = re.findall(r"^\| (D\d+) \|.*\| (?:fixed|kept|open)", page("docs/schema.md"), re.MULTILINE)

    assert answered == [f"D{number}" for number in range(1, 61)]


def test_every_quarantine_reason_is_described() -> None:
    used: set[str] = set()
    for path in (PACKAGE / "ingest").rglob("*.py"):
        used |= set(refusals(ast.parse(path.read_text(encoding="utf-8"))))
    for path in (ROOT / "sql" / "ingest").rglob("*.sql"):
        used |= set(re.findall(r"\breason = '(\w+)'", path.read_text(encoding="utf-8")))
    text = page("docs/sources.md").partition("## Quarantine")[2].partition("\n## ")[0]

    assert sorted(table_names(text)) == sorted(used)


def refusals(module: ast.Module) -> Iterator[str]:
    """Reasons that the code gives: all strings in the first argument of a refusal, conditions included."""
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"LineRefused", "Rejected"}
        ):
            for part in ast.walk(node.args[0]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier():
                    yield part.value


def test_every_source_event_type_and_rule_is_described() -> None:
    sources, proposals = code_spans(page("docs/sources.md")), code_spans(page("docs/proposals.md"))

    assert set(get_args(EventType)) - sources == set()
    assert set(SOURCES) - sources == set()
    assert {rule.name for rule in RULES} - proposals == set()


def test_numbers_of_the_estimates_are_the_real_ones() -> None:
    rows = re.findall(r"^\| (\w+) (\w+), at least \| (\d+) \| (\d+) \|$", page("docs/proposals.md"), re.MULTILINE)
    described = {f"{what}_{whom}": (int(default), int(demo)) for what, whom, default, demo in rows}

    assert described == {
        name: (getattr(GATES["default"], name), getattr(GATES["demo"], name))
        for name in EvidenceGate.__dataclass_fields__
    }
    assert f"fewer than {FEWEST_SURFACES} of those" in page("docs/friction.md")
    assert (MOST_PER_DAY, LONGEST_TEST_DAYS, MINIMUM_EFFECT) == (5, 6 * 7, 0.10)  # five, six weeks, 10 %


def test_errors_send_people_to_pages_that_exist() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    named = {name for text in texts for name in re.findall(r"docs/[a-z_]+\.md", text)}

    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []
    assert issubclass(UxPipelineError, Exception)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(path: Path) -> None:
    broken = []
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = path.parent / target if target else path
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(link)

    assert broken == []


def _anchors(path: Path) -> set[str]:
    headings = HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_page_is_on_the_map() -> None:
    linked = {(ROOT / "docs" / link).resolve() for link in LINK.findall(page("docs/index.md"))}

    assert set(PAGES) - linked == {ROOT / "docs" / "index.md", ROOT / "README.md"}


def test_the_changelog_knows_this_version() -> None:
    pyproject = tomllib.loads(page("pyproject.toml"))

    assert f"## {uxpipeline.__version__} " in page("CHANGELOG.md")
    assert pyproject["project"]["license"] == "Apache-2.0"
    assert "Apache License" in page("LICENSE")
