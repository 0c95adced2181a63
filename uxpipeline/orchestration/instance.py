"""Dagster's instance in our home folder: its configuration file, its storage, the environment its processes need."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from uxpipeline.db.target import dagster_url, ensure_dagster_schema
from uxpipeline.settings import VARIABLES, Settings

if TYPE_CHECKING:
    import dagster as dg

_CONNECTED_SECONDS = 30
_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_file(name: str) -> Path:
    """`dagster.yaml` or `workspace.yaml`: the checkout's when installed editable, else the wheel's copy."""
    checkout = _PACKAGE.parent / name
    return checkout if checkout.is_file() else _PACKAGE / "_instance" / name


def prepare(settings: Settings, url: str) -> dict[str, str]:
    """Make Dagster's home and storage schema; returns the environment Dagster's processes have to run in."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped_file("dagster.yaml"), home / "dagster.yaml")
    ensure_dagster_schema(settings, url)
    target = replace(settings, database_url=url, dagster_database_url=dagster_url(settings, url))
    return {**target.environment(), "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "yes"}


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """This process with exactly these of our variables set, for the block."""
    before = dict(os.environ)
    for name in VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def stay_connected(instance: "dg.DagsterInstance") -> None:
    """Have Dagster's storage keep its connections, of which it else makes more than a thousand during a run.

    Not for long: what the server or a pooler closed while a step took its time is not used again.
    """
    instance.optimize_for_webserver(statement_timeout=0, pool_recycle=_CONNECTED_SECONDS, max_overflow=-1)
