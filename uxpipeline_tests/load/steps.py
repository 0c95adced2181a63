"""Doing something in the middle of a load."""

from collections.abc import Callable

import pytest
from psycopg import sql

from uxpipeline.db.sqlfiles import statement
from uxpipeline.ingest import new_days, publish


def at_step(patch: pytest.MonkeyPatch, step: str, action: Callable[[], object]) -> None:
    """Run `action` just before publish executes `sql/ingest/<step>.sql`."""

    def watched(name: str) -> sql.SQL:
        if name == f"ingest/{step}":
            action()
        return statement(name)

    for module in (publish, new_days):
        patch.setattr(module, "statement", watched)
