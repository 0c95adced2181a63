"""`uxpipeline report`: one HTML file that needs nothing else, the same bytes for the same data."""

import os
import secrets
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from uxpipeline.db.connect import Connection
from uxpipeline.display import FEWEST_SESSIONS
from uxpipeline.errors import InputError
from uxpipeline.home import reports_folder
from uxpipeline.pictures.scale import Scale
from uxpipeline.report import wording
from uxpipeline.report.gather import SIGNALS, gather
from uxpipeline.report.records import WINDOW_DAYS, Report
from uxpipeline.report.sparks import spark
from uxpipeline.settings import Settings

_TEMPLATES = Path(__file__).parent / "templates"
_REMEDY = "Name a file in a folder you can write to with --out"


def write_report(connection: Connection, settings: Settings, out: Path | None) -> Path:
    """Write the report of the newest scored day; readers of an older one at the same place never see half of it.

    Args:
        connection: open connection to a migrated database.
        settings: tell profile, conversion and home.
        out: file to write; None means one per day in the home folder.

    Returns:
        Where it was written.

    Raises:
        InputError: nothing can be written there.
    """
    report = gather(connection, settings)
    try:
        path = out.resolve() if out else reports_folder(settings) / _file_name(report)
        if path.exists() and not path.is_file():
            raise InputError(f"`{path}` is not a file", _REMEDY)
        _replace(path, _page(report))
    except OSError as error:
        raise InputError(f"The report cannot be written: {error.strerror}", _REMEDY) from None
    return path


def render(connection: Connection, settings: Settings) -> str:
    """The report of the newest scored day as HTML."""
    return _page(gather(connection, settings))


def _page(report: Report) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= wording.FILTERS
    environment.globals |= {
        "Scale": Scale,
        "interval": wording.interval,
        "signals": SIGNALS,
        "fewest_sessions": FEWEST_SESSIONS,
        "spark": spark,
        "window_days": WINDOW_DAYS,
    }
    return environment.get_template("report.html.j2").render(report=report)


def _file_name(report: Report) -> str:
    return f"report-{report.scoring.as_of if report.scoring else 'without-scores'}.html"


def _replace(path: Path, page: str) -> None:
    draft = path.with_name(f".uxpipeline-report-{secrets.token_hex(8)}")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as file:
            file.write(page)
        os.replace(draft, path)  # noqa: PTH105  # named like what it does
    finally:
        draft.unlink(missing_ok=True)
