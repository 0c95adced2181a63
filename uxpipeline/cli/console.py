"""What commands share: output for people and machines, progress, the database they work on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.target import target_url
from uxpipeline.errors import ConfigurationError
from uxpipeline.settings import Settings

# Nothing we print is markup: surface keys and file names may look like it.
out = Console(markup=False, highlight=False)
err = Console(stderr=True, markup=False, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of text for people.")]


def complain(message: str) -> None:
    """One line on stderr, however wide the terminal and whatever characters the message holds."""
    typer.echo(f"uxpipeline: {printable(' '.join(message.split()))}", err=True)


def printable(text: str) -> str:
    """Text without what a terminal would obey instead of show."""
    return "".join(mark if mark.isprintable() else "?" for mark in text)


def print_json(value: object) -> None:
    """Print a value, a dataclass or a list of them as JSON."""
    typer.echo(as_json(value))


def as_json(value: object) -> str:
    """A value, a dataclass or a list of them as JSON."""
    return json.dumps(_plain(value), indent=2)


def step_progress() -> Progress:
    """A bar of steps done, on stderr so that stdout stays clean; silent where stderr is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def line_progress(*, disable: bool) -> Progress:
    """A bar of lines staged, with their rate and the time left, on stderr; silent where that is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,} lines"),
        _Rate(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=disable or not err.is_terminal,
    )


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def database(settings: Settings) -> Iterator[tuple[Connection, str]]:
    """Connection to the target database and its URL, for the block."""
    with target_url(settings) as url, connect(url) as connection:
        yield connection, url


def parse_day(text: str) -> date:
    """A date given on the command line.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"`{text}` is not a date", "Write it as YYYY-MM-DD") from None


def parse_moment(text: str) -> datetime:
    """A moment given on the command line.

    Raises:
        ConfigurationError: it is none, or its offset from UTC is missing.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ConfigurationError(f"`{text}` is not a time with an offset", "Write it as 2026-01-31T12:00:00+00:00")
    return moment.astimezone(UTC)


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever is to be printed
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Path | date):
        return str(value) if isinstance(value, Path) else value.isoformat()
    return value
