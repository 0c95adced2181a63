"""What people install: the wheel holds everything that is read at run time, and works without the checkout."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from uxpipeline_tests.processes import bare_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files, as an installation lays them out."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_every_file_read_at_run_time(installed: Path) -> None:
    sql = {path.relative_to(ROOT / "sql") for path in (ROOT / "sql").rglob("*.sql")}
    package = {
        path.relative_to(ROOT / "uxpipeline")
        for path in (ROOT / "uxpipeline").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert sql <= {path.relative_to(installed / "uxpipeline/_sql") for path in installed.rglob("*.sql")}
    assert package <= {path.relative_to(installed / "uxpipeline") for path in (installed / "uxpipeline").rglob("*")}
    assert (installed / "uxpipeline/_instance/dagster.yaml").is_file()
    assert (installed / "uxpipeline/_instance/workspace.yaml").is_file()


def test_the_wheel_migrates_a_database_with_its_own_sql(installed: Path, empty_database: str, tmp_path: Path) -> None:
    script = "from uxpipeline.db.sqlfiles import root; print(root()); from uxpipeline.cli.app import main; main()"
    variables = bare_environment(tmp_path, UXPIPELINE_DATABASE_URL=empty_database, PYTHONPATH=str(installed))

    found = subprocess.run(
        [sys.executable, "-c", script, "migrate"],
        env=variables, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines()[0] == str(installed / "uxpipeline" / "_sql")
    assert "applied 0001" in found.stdout
