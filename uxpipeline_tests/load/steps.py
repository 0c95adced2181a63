"""Doing something in the middle of a load."""

from collections.abc import Callable
from functools import partial

import pytest
from psycopg import sql

from uxpipeline.ingest import new_days, publish


def at_step(patch: pytest.MonkeyPatch, step: str, action: Callable[[], object]) -> None:
    """Run `action` just before publish executes `sql/ingest/<step>.sql`; several may be given one after the other."""

    def watched(read: Callable[[str], sql.SQL], name: str) -> sql.SQL:
        if name == f"ingest/{step}":
            action()
        return read(name)

    for module in (publish, new_days):
        patch.setattr(module, "statement", partial(watched, module.statement))
