"""DDL is judged from its text: by rules of ours and by squawk. Each rule is shown to find an offender."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from uxpipeline.db import sqlfiles
from uxpipeline.db.migrate import NO_TRANSACTION, shipped
from uxpipeline_tests.sql.lint import RULES, offences, statements

FILES = {migration.file.name: migration for migration in shipped()}
SQUAWK = Path(sys.executable).with_name("squawk")
CONFIGURATION = Path(__file__).parents[2] / ".squawk.toml"
# Files from before the first release: nobody had rows that they could block.
BEFORE_THE_FIRST_RELEASE = {
    ("0013_facts", "require-concurrent-index-creation"),
    ("0013_facts", "require-concurrent-index-deletion"),
    ("0015_session_surfaces", "prefer-bigint-over-smallint"),
    ("0016_proposal_records", "require-concurrent-index-creation"),
    ("0018_experiment_designs", "require-concurrent-index-creation"),
    ("0021_replays", "adding-foreign-key-constraint"),
    ("0021_replays", "ban-drop-constraint"),
    ("0021_replays", "constraint-missing-not-valid"),
    ("0021_replays", "require-concurrent-index-creation"),
    ("0024_stage_without_index", "require-concurrent-index-deletion"),
    ("0029_surfaces_not_stored", "ban-drop-table"),
    ("0030_evidence_told_anew", "ban-drop-constraint"),
    ("0030_evidence_told_anew", "require-concurrent-index-creation"),
}


@pytest.mark.parametrize("name", FILES)
def test_no_shipped_file_breaks_a_rule(name: str) -> None:
    assert offences(FILES[name].file.text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("create policy p on public.t for select using (true)", "policy without TO"),
        ("create policy p on public.t for select to public using (true)", "policy without TO"),
        ("create policy p on public.t as restrictive to admin using (true)", "restrictive policy"),
        ("create view public.v as select 1 as one", "view without security_invoker"),
        ("create function public.f() returns integer language sql as 'select 1'", "function without search_path"),
        ("create table t ()", "name without schema"),
        ("create index i on t (a)", "name without schema"),
        ("create function f() returns integer language sql set search_path = '' as 'select 1'", "name without schema"),
        ("select auth.uid()", "schema auth"),
        ("select from auth.users", "schema auth"),
        (
            "create function public.f() returns text language sql set search_path = '' as 'select auth.role()'",
            "schema auth",
        ),
        ("alter table public.t owner to admin", "owner changed"),
        ("create extension pgcrypto", "extension"),
    ],
)
def test_each_rule_finds_an_offender(text: str, rule: str) -> None:
    assert offences(text) == [rule]


def test_every_rule_has_an_offender() -> None:
    marks = getattr(test_each_rule_finds_an_offender, "pytestmark", [])
    assert {rule for mark in marks for _, rule in mark.args[1]} == set(RULES)


def test_files_outside_transactions_are_one_statement_that_may_be_repeated() -> None:
    outside = [migration.file for migration in shipped() if not migration.transactional]
    assert [file.name for file in outside if len(statements(file.text)) != 1] == []
    assert [file.name for file in outside if "if not exists" not in file.text and "if exists" not in file.text] == []


def squawk(*files: Path, in_transaction: bool = True) -> set[tuple[str, str]]:
    """(file, rule) of each finding."""
    mode = ["--assume-in-transaction"] if in_transaction else ["--no-assume-in-transaction"]
    command = [str(SQUAWK), "--config", str(CONFIGURATION), *mode, "--reporter", "json", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return {(Path(found["file"]).stem, found["rule_name"]) for found in json.loads(done.stdout)}


def test_squawk_finds_nothing_new_in_the_migrations() -> None:
    folder = sqlfiles.root() / "migrations"
    inside = [path for path in folder.glob("*.sql") if not path.read_text(encoding="utf-8").startswith(NO_TRANSACTION)]
    assert squawk(*inside) == BEFORE_THE_FIRST_RELEASE
    outside = sorted(set(folder.glob("*.sql")) - set(inside))
    assert not outside or squawk(*outside, in_transaction=False) == set()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("alter table public.user_sessions add column n integer not null;", "adding-required-field"),
        ("create index i on public.user_sessions (language);", "require-concurrent-index-creation"),
        ("alter table public.user_sessions rename column language to speech;", "renaming-column"),
        ("alter table public.user_sessions alter column page_count type bigint;", "changing-column-type"),
        ("alter table public.t add constraint c check (n > 0);", "constraint-missing-not-valid"),
    ],
)
def test_squawk_finds_what_would_lock_or_break(tmp_path: Path, text: str, rule: str) -> None:
    file = tmp_path / "0099_offence.sql"
    file.write_text(text, encoding="utf-8")
    assert rule in {found for _, found in squawk(file)}
