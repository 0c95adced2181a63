"""Settings from the environment."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from uxpipeline.errors import ConfigurationError
from uxpipeline.settings import VARIABLES, Settings

EVERYTHING = {
    "UXPIPELINE_DATABASE_URL": "postgresql://u:p@h/d",
    "UXPIPELINE_HOME": "/srv/uxpipeline",
    "UXPIPELINE_PG_BIN": "/opt/pg/bin",
    "UXPIPELINE_PG_OS_USER": "daemon",
    "UXPIPELINE_LANDING": "/srv/landing",
    "UXPIPELINE_FUNNELS": "/srv/funnels.yaml",
    "UXPIPELINE_CONVERSION": "purchase",
    "UXPIPELINE_START_DATE": "2026-03-01",
    "UXPIPELINE_EARLIEST": "2025-01-01",
    "UXPIPELINE_PRIVACY_KEY": "key",
    "UXPIPELINE_MASKING": "balanced",
    "UXPIPELINE_EVENT_THRESHOLD": "50",
    "UXPIPELINE_KEEP_EVENTS_DAYS": "90",
    "UXPIPELINE_KEEP_SESSIONS_DAYS": "400",
    "UXPIPELINE_CONCURRENT_TESTS": "7",
    "UXPIPELINE_KEEP_QUARANTINE_DAYS": "14",
    "UXPIPELINE_EXECUTOR": "multiprocess",
    "UXPIPELINE_PROFILE": "demo",
    "UXPIPELINE_DAGSTER_DATABASE_URL": "postgresql://u:p@h/dagster",
}


def test_every_variable_is_read_and_written_back() -> None:
    assert set(EVERYTHING) == set(VARIABLES)
    assert Settings.from_env(EVERYTHING).environment() == EVERYTHING


def test_nothing_set_means_embedded_server_in_the_home_folder() -> None:
    settings = Settings.from_env({})

    assert settings.database_url is None
    assert settings.landing == settings.home / "landing"
    assert settings.conversion == "lead_capture"
    assert (settings.profile, settings.executor, settings.event_threshold) == ("default", "in_process", 1000)
    assert (settings.start_date, settings.earliest) == (date(2026, 1, 1), datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("events", [None, "401"])
def test_sessions_are_kept_no_shorter_than_their_events(events: str | None) -> None:
    given = {"UXPIPELINE_KEEP_SESSIONS_DAYS": "400"} | ({"UXPIPELINE_KEEP_EVENTS_DAYS": events} if events else {})
    with pytest.raises(ConfigurationError, match="UXPIPELINE_KEEP_SESSIONS_DAYS"):
        Settings.from_env(given)


def test_a_relative_home_does_not_move_with_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings.from_env({"UXPIPELINE_HOME": "here"}).home == tmp_path / "here"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UXPIPELINE_START_DATE", "soon"),
        ("UXPIPELINE_EARLIEST", "2026-13-01"),
        ("UXPIPELINE_EVENT_THRESHOLD", "0"),
        ("UXPIPELINE_EVENT_THRESHOLD", "many"),
        ("UXPIPELINE_KEEP_EVENTS_DAYS", "59"),
        ("UXPIPELINE_EXECUTOR", "celery"),
        ("UXPIPELINE_PROFILE", "turbo"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        Settings.from_env({name: value})

    assert value in str(caught.value)
