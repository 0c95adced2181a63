"""The contract of the lineage graph."""

import ast
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

import uxpipeline
from uxpipeline.definitions import defs

LANDING_FILES = "landing_files"
PACKAGE = Path(uxpipeline.__file__).parent
SPECS = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
GROUPS = {
    "schema": {"schema_migrations"},
    "raw": {
        "landing_files",
        "ingest_files",
        "user_sessions",
        "behavior_events",
        "conversion_funnels",
    },
    "mart": {
        "session_facts",
        "session_components",
        "session_friction",
        "session_funnels",
        "day_elements",
        "daily_friction_summary",
        "component_performance",
        "friction_points",
        "session_analytics",
        "conversion_impact",
    },
    "friction": {"friction_scores"},
    "proposal": {"optimization_history"},
    "experiment": {"variant_assignments", "experiment_days", "experiment_decisions", "actual_impact"},
}
MATERIALIZED_VIEWS = ("daily_friction_summary", "component_performance")


def test_groups_hold_the_contract_s_relations() -> None:
    found: dict[str, set[str]] = {}
    for name, spec in SPECS.items():
        found.setdefault(spec.group_name or "", set()).add(name)

    assert found == GROUPS


def test_no_asset_depends_on_something_undeclared() -> None:
    wanted = {dep.asset_key.to_user_string() for spec in SPECS.values() for dep in spec.deps}

    assert wanted <= set(SPECS)


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_asset_tells_what_it_is(name: str) -> None:
    spec = SPECS[name]

    assert spec.owners == ["team:ux-data"]
    assert spec.kinds
    assert spec.description
    if name != LANDING_FILES:
        assert str(spec.metadata["dagster/table_name"]).endswith(f".{name}")


@pytest.mark.parametrize("relation", MATERIALIZED_VIEWS)
def test_every_materialized_view_has_a_blocking_check(relation: str) -> None:
    checks = [spec for spec in all_checks() if spec.asset_key == dg.AssetKey(relation)]

    assert any(spec.blocking for spec in checks)


def test_every_table_asset_is_checked() -> None:
    checked = {spec.asset_key.to_user_string() for spec in all_checks()}

    assert checked == set(SPECS) - {LANDING_FILES}


def test_only_as_of_assets_are_partitioned() -> None:
    partitioned = {name for name, spec in SPECS.items() if spec.partitions_def is not None}

    by_day = {"friction_scores", "optimization_history", "experiment_days", "experiment_decisions", "actual_impact"}
    assert partitioned == by_day


def test_job_schedule_and_sensors_have_the_contract_s_names() -> None:
    repository = defs.get_repository_def()

    assert defs.resolve_job_def("refresh").name == "refresh"
    assert [schedule.name for schedule in repository.schedule_defs] == ["daily_schedule"]
    names = {sensor.name for sensor in repository.sensor_defs}
    assert names == {"event_volume_sensor", "landing_sensor", "run_failure_sensor"}


def test_code_location_stays_light() -> None:
    heavy = "{'great_expectations', 'pandas', 'scipy', 'numpy', 'pyarrow'}"
    script = f"import sys, uxpipeline.definitions; print(sorted({heavy} & set(sys.modules)))"

    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert found.stdout.strip() == "[]"


def test_only_the_edge_knows_dagster_and_only_quality_knows_great_expectations() -> None:
    strangers = [
        (path.relative_to(PACKAGE).as_posix(), module)
        for path in PACKAGE.rglob("*.py")
        for module in imported(path)
        if (module == "dagster" and not is_edge(path))
        or (module == "great_expectations" and "quality" not in path.parts)
    ]

    assert strangers == []


def test_workspace_loads_from_any_directory(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "definitions", "validate", "-w"]
    workspace = PACKAGE.parent / "workspace.yaml"

    found = subprocess.run([*command, str(workspace)], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stderr
    assert "uxpipeline" in found.stdout + found.stderr


def all_checks() -> list[dg.AssetCheckSpec]:
    graph = defs.resolve_asset_graph()
    return [graph.get_check_spec(key) for key in graph.asset_check_keys]


def is_edge(path: Path) -> bool:
    return "orchestration" in path.parts or path.name == "definitions.py"


def imported(path: Path) -> set[str]:
    """First names of the modules a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
