"""Locks, Makefile, scripts, and what may stand in no file of the project."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from uxpipeline_tests.docs.pages import ROOT, page, tracked_files

LOCKS = ("requirements.lock", "requirements-dev.lock")
REQUIREMENT = re.compile(r"^(?P<name>[a-z0-9._-]+)(?:\[[a-z0-9,_-]+\])?==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
# Written so that they do not find themselves.
FORBIDDEN = [
    re.compile(before + after, re.IGNORECASE)
    for before, after in (
        ("pypi", r"\.org"), ("python", "hosted"), ("registry", r"\.npmjs"), ("deb", r"\.debian\.org"),
        (r"(?<![\w.])/wo", "rk/"), (r"(?<![\w.])/ro", "ot/"), ("clau", "de"), ("chat", "gpt"), ("cop", "ilot"),
    )
]  # fmt: skip
SCRIPTS = sorted((ROOT / "scripts").glob("*.sh"))


def entries(lock: str) -> Iterator[tuple[str, str, str]]:
    """Name, version and marker of each requirement of a lock."""
    for line in page(lock).splitlines():
        if match := REQUIREMENT.match(line):
            yield match["name"], match["version"], match["marker"] or ""


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_names_versions_and_hashes_only(lock: str) -> None:
    strange = [line for line in page(lock).splitlines() if not (REQUIREMENT.match(line) or HASH.match(line))]

    assert strange == []
    assert len(list(entries(lock))) > 80


def test_the_lock_of_developers_is_that_of_users_and_more() -> None:
    users, developers = set(entries(LOCKS[0])), set(entries(LOCKS[1]))

    assert users < developers


def test_locks_hold_what_the_project_asks_for() -> None:
    pyproject = tomllib.loads(page("pyproject.toml"))
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    extras = [asked for extra in project["optional-dependencies"].values() for asked in extra]
    runtime = {*map(_name, [*project["dependencies"], *extras, *pyproject["build-system"]["requires"]]), "editables"}

    assert runtime - {name for name, _, _ in entries(LOCKS[0])} == {"uxpipeline"}
    assert set(map(_name, groups["dev"])) - {name for name, _, _ in entries(LOCKS[1])} == set()


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


@pytest.mark.parametrize(("package", "lock"), [("uxpipeline", LOCKS[0]), ("uxpipeline_tests", LOCKS[1])])
def test_whatever_is_imported_is_locked(package: str, lock: str) -> None:
    distributions = packages_distributions()
    locked = {name for name, _, _ in entries(lock)}
    foreign = {
        module
        for path in (ROOT / package).rglob("*.py")
        for module in imports(ast.parse(path.read_text(encoding="utf-8")))
        if module not in sys.stdlib_module_names and not module.startswith(("uxpipeline", "benchmarks"))
    }

    assert len(foreign) > 5
    assert [name for name in foreign if not locked & {_name(found) for found in distributions.get(name, ())}] == []


def imports(module: ast.Module) -> Iterator[str]:
    """Top-level names of all modules that a module imports, wherever in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_nothing_heavy_is_locked() -> None:
    assert {name for name, _, _ in entries(LOCKS[0])} & {"torch", "tensorflow", "jax", "pyspark", "dagster-ge"} == set()


def test_no_file_names_a_registry_a_machine_or_a_tool_that_wrote_it() -> None:
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for rule in FORBIDDEN if (match := rule.search(text))]

    assert found == []


@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_scripts_are_executable_and_parse(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    assert page(str(script.relative_to(ROOT))).startswith("#!/usr/bin/env bash\n# ")


def test_make_lists_every_target() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", page("Makefile"), re.MULTILINE)
    listed = make(ROOT).stdout

    assert targets
    assert re.findall(r"^make (\S+) ", listed, re.MULTILINE) == targets[1].split()


def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    finished = make(tmp_path, "demo", f"PYTHON={old}")

    assert finished.returncode != 0
    assert finished.stderr.startswith("This needs Python 3.11 or newer")
    assert not (tmp_path / ".venv").exists()


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as a person would, not as a part of the make that runs the tests."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.user
def test_a_new_user_gets_along_with_a_fresh_clone() -> None:
    environment = {**os.environ, "TESTS": "0"}

    finished = subprocess.run(
        [ROOT / "scripts" / "fresh_clone.sh", "user"], env=environment, capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "The second demo changed no row.\n" in finished.stdout
    assert finished.stdout.endswith("No process is left.\n")
