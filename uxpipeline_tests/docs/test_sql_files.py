"""Every file in `sql/` is used, every statement the code names exists, and each file explains itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import uxpipeline
from uxpipeline.db.migrate import REPEATABLE_FOLDERS
from uxpipeline_tests.docs.pages import ROOT, page

SQL = ROOT / "sql"
NAMES = {path.relative_to(SQL).with_suffix("").as_posix() for path in SQL.glob("*/**/*.sql")}
OBVIOUS = {"migrations", "repeatable/policies", "repeatable/triggers"}
"""Folders whose files say by their names what they are."""
MOST_LINES_WITHOUT_COMMENT = 24


def calls(function: str) -> Iterator[str]:
    """First arguments of all calls of `function` in the package; what an f-string inserts is `*`."""
    for path in Path(uxpipeline.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == function and node.args:
                yield from _texts(node.args[0])


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.IfExp):
        yield from (*_texts(argument.body), *_texts(argument.orelse))
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in argument.values)  # type: ignore[misc]  # only text in an f-string


def pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name).replace(r"\*", "[^/]+"))


def test_every_named_statement_exists() -> None:
    named = set(calls("statement"))

    assert len(named) > 30
    assert [name for name in named if not any(pattern(name).fullmatch(file) for file in NAMES)] == []


def test_every_file_is_used() -> None:
    statements = [pattern(name) for name in {*calls("statement"), *calls("read")}]
    folders = [pattern(f"{name}/*") for name in calls("files_below")]

    assert [name for name in sorted(NAMES) if not any(use.fullmatch(name) for use in (*statements, *folders))] == []


def test_repeatable_files_lie_in_folders_that_are_applied() -> None:
    folders = {name.split("/")[1] for name in NAMES if name.startswith("repeatable/")}

    assert folders == set(REPEATABLE_FOLDERS)
    assert [f"`{folder}`" in page("sql/README.md") for folder in REPEATABLE_FOLDERS] == [True] * len(REPEATABLE_FOLDERS)


def test_every_folder_is_described() -> None:
    folders = {name.split("/")[0] for name in NAMES}

    assert [folder for folder in folders if f"`{folder}/`" not in page("sql/README.md")] == []


def test_every_file_says_why_unless_it_is_short() -> None:
    silent = [
        name
        for name in sorted(NAMES)
        if not any(name.startswith(f"{folder}/") for folder in OBVIOUS)
        and not (text := (SQL / f"{name}.sql").read_text(encoding="utf-8")).startswith("--")
        and len(text.splitlines()) > MOST_LINES_WITHOUT_COMMENT
    ]

    assert silent == []
