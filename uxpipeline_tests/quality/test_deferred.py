"""A deferred module is executed when something of it is first used; the audit's process uses none."""

import subprocess
import sys
from pathlib import Path

import pytest

from uxpipeline.children import module_command
from uxpipeline.quality.deferred import defer


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a module that counts how often it is executed."""
    (tmp_path / "slow_to_import.py").write_text(
        "import sys\nsys.executions = getattr(sys, 'executions', 0) + 1\nanswer = 42\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "executions", 0, raising=False)
    monkeypatch.delitem(sys.modules, "slow_to_import", raising=False)
    return "slow_to_import"


def executions() -> int:
    return int(vars(sys)["executions"])


def test_a_deferred_module_is_executed_once_when_it_is_first_used(module: str) -> None:
    defer(module)
    first, second = __import__(module), __import__(module)
    assert executions() == 0
    assert (first.answer, second.answer, executions()) == (42, 42, 1)
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = first.nothing_such


def test_what_is_imported_or_not_installed_is_left_alone(module: str) -> None:
    imported = __import__(module)
    defer(module, "not_installed_anywhere")
    assert sys.modules[module] is imported
    assert "not_installed_anywhere" not in sys.modules


def test_the_audit_needs_no_charts_and_no_distributions() -> None:
    command = [sys.executable, "-X", "importtime", *module_command("uxpipeline.quality.staged")[1:]]
    done = subprocess.run(command, input='"postgresql://host/database"\n', capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "great_expectations.expectations.core.expect_column_kl_divergence_to_be_less_than" in imported
    assert imported.isdisjoint({"altair.vegalite", "scipy.stats._stats_py"})
