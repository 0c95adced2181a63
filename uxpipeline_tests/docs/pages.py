"""The project's files as the tests of the documents read them."""

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "sql/README.md")
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / name for name in ELSEWHERE)])
_BLOCK = re.compile(r"^<!-- (?P<label>[a-z_ ]+) -->\n```[a-z]+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SKIPPED = {
    ".git",
    ".venv",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    "dist",
    "build",
}


class Block(NamedTuple):
    """A fenced block that a comment before it marks: `run`, `run as ROLE`, `funnels`."""

    page: Path
    label: str
    text: str


@cache
def page(name: str) -> str:
    """Text of a page, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def everything() -> str:
    """Text of all pages."""
    return "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


def blocks(label: str) -> list[Block]:
    """All blocks marked with `label`, in order."""
    return [
        Block(path, label, match["text"])
        for path in PAGES
        for match in _BLOCK.finditer(path.read_text(encoding="utf-8"))
        if match["label"] == label
    ]


def code_spans(text: str) -> set[str]:
    """What stands between backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


@cache
def tracked_files() -> list[Path]:
    """The project's files: those git tracks or would, else all that no tool made."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if (ROOT / ".git").exists():
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
        found = [ROOT / name for name in listed if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _SKIPPED & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in found if path.is_file())
