"""The whole chain for one as-of day, through Dagster, in this process."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from uxpipeline.errors import ConfigurationError
from uxpipeline.orchestration.instance import environment, prepare, stay_connected
from uxpipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

StepDone = Callable[[str, bool], None]
"""Called with a step's name and whether it succeeded."""
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class ChainResult:
    """Outcome of one run of the chain.

    Attributes:
        run_id: the Dagster run, as the UI shows it.
        as_of: the day it was for.
        success: every step succeeded and no blocking check failed.
        failed_steps: names of failed steps.
        failed_checks: `relation.check` of checks that did not pass, with their severity.
        problems: one line per failed step.
    """

    run_id: str
    as_of: date
    success: bool
    failed_steps: tuple[str, ...]
    failed_checks: tuple[str, ...]
    problems: tuple[str, ...]


def run_chain(
    settings: Settings,
    url: str,
    as_of: date,
    known_at: datetime | None = None,
    step_done: StepDone = lambda _name, _ok: None,
) -> ChainResult:
    """Load, check, refresh, score, propose and evaluate tests for one day; the run appears in the Dagster UI.

    Raises:
        ConfigurationError: the day is not one that can be scored.
    """
    _require_complete_day(settings, as_of)
    with environment(prepare(settings, url)):
        return _execute(as_of, known_at, step_done)


def _require_complete_day(settings: Settings, as_of: date) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    if not settings.start_date <= as_of <= yesterday:
        raise ConfigurationError(
            f"{as_of} is not between {settings.start_date} and {yesterday} (UTC)",
            "Choose a complete day, or set `UXPIPELINE_START_DATE` earlier",
        )


def _execute(as_of: date, known_at: datetime | None, step_done: StepDone) -> ChainResult:
    # Dagster reads its home and our definitions read the settings when they are imported.
    import dagster as dg  # noqa: PLC0415

    from uxpipeline.definitions import defs  # noqa: PLC0415

    config = {
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        "ops": {"friction_scores": {"config": {"known_at": known_at.isoformat() if known_at else None}}},
    }
    run_id = str(uuid.uuid4())
    with dg.DagsterInstance.get() as instance:
        stay_connected(instance)
        with _Watch(instance, run_id, step_done):
            result = defs.resolve_job_def("refresh").execute_in_process(
                run_config=config,
                partition_key=as_of.isoformat(),
                instance=instance,
                run_id=run_id,
                raise_on_error=False,
            )
    failures = [event for event in result.all_events if event.is_step_failure]
    return ChainResult(
        run_id=run_id,
        as_of=as_of,
        success=result.success,
        failed_steps=tuple(event.step_key or "" for event in failures),
        failed_checks=tuple(
            f"{check.asset_key.to_user_string()}.{check.check_name} ({check.severity.value})"
            for check in result.get_asset_check_evaluations()
            if not check.passed
        ),
        problems=tuple(_problem(event) for event in failures),
    )


def _problem(event: "dg.DagsterEvent") -> str:
    """What a failed step says of itself: its own words for an error of ours, the exception's class for any other."""
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return f"{event.step_key}: {data.user_failure_data.description}"
    cause = data.error.cause if data.error and data.error.cause else data.error
    return f"{event.step_key}: {cause.cls_name if cause else 'failed'}"


class _Watch:
    """Reports the steps of a run as they end, read from the run's own log."""

    def __init__(self, instance: "dg.DagsterInstance", run_id: str, step_done: StepDone) -> None:
        self._instance, self._run_id, self._step_done = instance, run_id, step_done
        self._seen: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._report()

    def _poll(self) -> None:
        while not self._over.wait(_POLL_SECONDS):
            self._report()

    def _report(self) -> None:
        from dagster import DagsterEventType  # noqa: PLC0415

        ends = {DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE}
        for entry in self._instance.all_logs(self._run_id, of_type=ends):
            event = entry.get_dagster_event()
            if event.step_key and event.step_key not in self._seen:
                self._seen.add(event.step_key)
                self._step_done(event.step_key, event.is_step_success)
