"""Dagster runs against a real database, with an instance that lives as long as the test."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from uxpipeline.orchestration.instance import environment
from uxpipeline.settings import Settings


@pytest.fixture
def pipeline(settings: Settings) -> Iterator[Settings]:
    """The settings, as the environment of this process tells them to Dagster's code."""
    with environment(settings.environment()):
        yield settings


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def yesterday() -> str:
    return (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
