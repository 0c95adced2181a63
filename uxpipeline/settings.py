"""What the environment configures, read once and passed down; no other module reads the environment.

`docs/configuration.md` describes every variable; a test keeps it, `.env.example` and this module in step.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from uxpipeline.errors import ConfigurationError

Profile = Literal["default", "demo"]
Masking = Literal["strict", "balanced", "off"]
Executor = Literal["in_process", "multiprocess"]

VARIABLES = (
    "UXPIPELINE_DATABASE_URL",
    "UXPIPELINE_HOME",
    "UXPIPELINE_PG_BIN",
    "UXPIPELINE_PG_OS_USER",
    "UXPIPELINE_LANDING",
    "UXPIPELINE_FUNNELS",
    "UXPIPELINE_CONVERSION",
    "UXPIPELINE_START_DATE",
    "UXPIPELINE_EARLIEST",
    "UXPIPELINE_PRIVACY_KEY",
    "UXPIPELINE_MASKING",
    "UXPIPELINE_EVENT_THRESHOLD",
    "UXPIPELINE_KEEP_EVENTS_DAYS",
    "UXPIPELINE_KEEP_SESSIONS_DAYS",
    "UXPIPELINE_CONCURRENT_TESTS",
    "UXPIPELINE_KEEP_QUARANTINE_DAYS",
    "UXPIPELINE_EXECUTOR",
    "UXPIPELINE_PROFILE",
    "UXPIPELINE_DAGSTER_DATABASE_URL",
)
BUCKET_SCHEMES = ("s3://", "gs://")
DEFAULT_CONVERSION = "lead_capture"
FEWEST_DAYS_KEPT = 60
"""Scores look back 28 days, and their changes are judged against the days before."""


@dataclass(frozen=True)
class Settings:
    """One process's configuration.

    Attributes:
        database_url: libpq URL of the target database; None means the embedded server.
        home: folder of everything we keep outside a database: embedded server, Dagster home, reports.
        pg_bin: folder with other PostgreSQL server binaries for the embedded server.
        pg_os_user: account that runs the embedded server when we are root.
        landing: folder whose files the pipeline loads, or the address of one in object storage.
        funnels: YAML file of funnel and conversion rules; None means no rules.
        conversion: name of the funnel whose last step is the conversion.
        start_date: first as-of day (UTC) that can be scored.
        earliest: older event times are quarantined.
        privacy_key: key of visitor hashes; None means the one kept in `home`.
        masking: how much of what visitors wrote is stored.
        event_threshold: new events that make the volume sensor ask for a run.
        keep_events_days: events of older days are dropped; None keeps them all.
        keep_sessions_days: sessions that ended longer ago are deleted; None keeps them all.
        concurrent_tests: randomised tests that may run at once.
        keep_quarantine_days: what older quarantined lines said is forgotten.
        executor: how Dagster runs the steps of one run.
        profile: `demo` lowers the evidence gate of proposals; named in everything it touches.
        dagster_database_url: Dagster's own storage; None means schema `dagster` of the target database.
    """

    database_url: str | None
    home: Path
    pg_bin: Path | None
    pg_os_user: str
    landing: Path | str
    funnels: Path | None
    conversion: str
    start_date: date
    earliest: datetime
    privacy_key: str | None
    masking: Masking
    event_threshold: int
    keep_events_days: int | None
    keep_sessions_days: int | None
    concurrent_tests: int
    keep_quarantine_days: int
    executor: Executor
    profile: Profile
    dagster_database_url: str | None

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from `env` (default: this process's environment).

        Raises:
            ConfigurationError: a variable holds a value that cannot be used.
        """
        env = os.environ if env is None else env
        home = Path(env.get("UXPIPELINE_HOME") or user_data_path("uxpipeline")).expanduser().absolute()
        return cls(
            database_url=env.get("UXPIPELINE_DATABASE_URL") or None,
            home=home,
            pg_bin=_path(env, "UXPIPELINE_PG_BIN"),
            pg_os_user=env.get("UXPIPELINE_PG_OS_USER") or "nobody",
            landing=_place(env, "UXPIPELINE_LANDING") or home / "landing",
            funnels=_path(env, "UXPIPELINE_FUNNELS"),
            conversion=env.get("UXPIPELINE_CONVERSION") or DEFAULT_CONVERSION,
            start_date=_date(env, "UXPIPELINE_START_DATE", "2026-01-01"),
            earliest=datetime.combine(_date(env, "UXPIPELINE_EARLIEST", "2020-01-01"), datetime.min.time(), UTC),
            privacy_key=env.get("UXPIPELINE_PRIVACY_KEY") or None,
            masking=_choice(env, "UXPIPELINE_MASKING", ("strict", "balanced", "off")),  # type: ignore[arg-type]  # narrowed by _choice
            event_threshold=_positive(env, "UXPIPELINE_EVENT_THRESHOLD", "1000"),
            keep_events_days=_days_to_keep(env, "UXPIPELINE_KEEP_EVENTS_DAYS"),
            keep_sessions_days=_sessions_to_keep(env),
            concurrent_tests=_positive(env, "UXPIPELINE_CONCURRENT_TESTS", "3"),
            keep_quarantine_days=_positive(env, "UXPIPELINE_KEEP_QUARANTINE_DAYS", "30"),
            executor=_choice(env, "UXPIPELINE_EXECUTOR", ("in_process", "multiprocess")),  # type: ignore[arg-type]  # narrowed by _choice
            profile=_choice(env, "UXPIPELINE_PROFILE", ("default", "demo")),  # type: ignore[arg-type]  # narrowed by _choice
            dagster_database_url=env.get("UXPIPELINE_DAGSTER_DATABASE_URL") or None,
        )

    def environment(self) -> dict[str, str]:
        """The variables that make another process read these same settings; those left unset are missing."""
        values = {
            "UXPIPELINE_DATABASE_URL": self.database_url,
            "UXPIPELINE_HOME": self.home,
            "UXPIPELINE_PG_BIN": self.pg_bin,
            "UXPIPELINE_PG_OS_USER": self.pg_os_user,
            "UXPIPELINE_LANDING": self.landing,
            "UXPIPELINE_FUNNELS": self.funnels,
            "UXPIPELINE_CONVERSION": self.conversion,
            "UXPIPELINE_START_DATE": self.start_date,
            "UXPIPELINE_EARLIEST": self.earliest.date(),
            "UXPIPELINE_PRIVACY_KEY": self.privacy_key,
            "UXPIPELINE_MASKING": self.masking,
            "UXPIPELINE_EVENT_THRESHOLD": self.event_threshold,
            "UXPIPELINE_KEEP_EVENTS_DAYS": self.keep_events_days,
            "UXPIPELINE_KEEP_SESSIONS_DAYS": self.keep_sessions_days,
            "UXPIPELINE_CONCURRENT_TESTS": self.concurrent_tests,
            "UXPIPELINE_KEEP_QUARANTINE_DAYS": self.keep_quarantine_days,
            "UXPIPELINE_EXECUTOR": self.executor,
            "UXPIPELINE_PROFILE": self.profile,
            "UXPIPELINE_DAGSTER_DATABASE_URL": self.dagster_database_url,
        }
        return {name: str(value) for name, value in values.items() if value is not None}


def _path(env: Mapping[str, str], name: str) -> Path | None:
    value = env.get(name)
    return Path(value).expanduser().absolute() if value else None


def _place(env: Mapping[str, str], name: str) -> Path | str | None:
    value = env.get(name) or ""
    if not is_bucket_url(value):
        return _path(env, name)
    if "@" in value.partition("://")[2].partition("/")[0]:
        raise ConfigurationError(f"`{name}` holds a password", "Put keys into the environment, see docs/sources.md")
    return value


def is_bucket_url(text: str) -> bool:
    """Tell an address in object storage from a path."""
    return text.startswith(BUCKET_SCHEMES)


def _date(env: Mapping[str, str], name: str, default: str) -> date:
    value = env.get(name) or default
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ConfigurationError(f"`{name}` is `{value}`, not a date", "Write it as YYYY-MM-DD") from None


def _positive(env: Mapping[str, str], name: str, default: str) -> int:
    value = env.get(name) or default
    if not value.isdecimal() or int(value) < 1:
        raise ConfigurationError(f"`{name}` is `{value}`, not a whole number above 0")
    return int(value)


def _sessions_to_keep(env: Mapping[str, str]) -> int | None:
    """Sessions take their events with them, so they are kept at least as long."""
    days, of_events = (_days_to_keep(env, f"UXPIPELINE_KEEP_{what}_DAYS") for what in ("SESSIONS", "EVENTS"))
    if days is not None and (of_events is None or days < of_events):
        raise ConfigurationError(
            f"`UXPIPELINE_KEEP_SESSIONS_DAYS` is `{days}`, and events are kept {of_events or 'for good'}",
            "Set UXPIPELINE_KEEP_EVENTS_DAYS to no more than it: sessions take their events with them",
        )
    return days


def _days_to_keep(env: Mapping[str, str], name: str) -> int | None:
    days = _positive(env, name, "") if env.get(name) else None
    if days is not None and days < FEWEST_DAYS_KEPT:
        raise ConfigurationError(f"`{name}` is `{days}`", f"Keep at least {FEWEST_DAYS_KEPT} days, scores read them")
    return days


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = env.get(name) or choices[0]
    if value not in choices:
        raise ConfigurationError(f"`{name}` is `{value}`", f"Choose one of: {', '.join(choices)}")
    return value
