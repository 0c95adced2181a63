"""Supabase's own database advisors, with what `db advisors` calls warnings as failures."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from uxpipeline.db.connect import connect

SUPABASE = Path(__file__).parents[2] / ".tools" / "node_modules" / ".bin" / "supabase"
BREACHES = {
    "create view public.breach as select 1 as one; grant select on public.breach to anon": "security_definer_view",
    "create function public.breach() returns integer language sql as 'select 1'": "function_search_path_mutable",
    "grant select on public.component_performance to anon": "materialized_view_in_api",
    "create table public.breach (id integer primary key); grant select on public.breach to anon":
        "rls_disabled_in_public",
}  # fmt: skip

pytestmark = pytest.mark.target


def advise(url: str, home: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and findings that are more than information."""
    done = subprocess.run(
        [str(SUPABASE), "db", "advisors", f"--remote={url}?sslmode=disable", "--type", "all", "--level", "warn",
         "--fail-on", "warn", "--output-format", "json"],
        capture_output=True, text=True, check=False, cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "SUPABASE_TELEMETRY_DISABLED": "1"},
    )  # fmt: skip
    found = json.loads(done.stdout) if done.stdout.startswith("{") else {"results": []}
    return done.returncode, found.get("results", found)


def test_they_warn_of_nothing(database: str, tmp_path: Path) -> None:
    assert advise(database, tmp_path) == (0, [])


@pytest.mark.parametrize("breach", BREACHES)
def test_they_warn_of_a_breach(database: str, tmp_path: Path, breach: str) -> None:
    with connect(database) as connection:
        connection.execute(breach.encode())
    code, found = advise(database, tmp_path)
    assert code == 1
    assert BREACHES[breach] in {finding["name"] for finding in found}
