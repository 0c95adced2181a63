"""The faults we know of, and the tests that hold them."""

from functools import cache
from pathlib import Path

import yaml

TESTS = Path(__file__).parents[1]


@cache
def listed() -> dict[str, dict[str, list[str]]]:
    """The lists of `faults.yaml`: invariants and faults → tests, as `FILE::NAME`."""
    lists: dict[str, dict[str, list[str]]] = yaml.safe_load(
        Path(__file__).with_name("faults.yaml").read_text(encoding="utf-8")
    )
    return lists


@cache
def _of_faults() -> frozenset[str]:
    return frozenset(test for tests in listed()["faults"].values() for test in tests)


def holds_a_fault(file: Path, name: str) -> bool:
    """Whether a test is one of those that hold a fault."""
    return f"{file.relative_to(TESTS).as_posix()}::{name}" in _of_faults()
