"""`uxpipeline export`, `erase`, `verify-erasure`, `retention`: what is kept of people and what they may ask."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from uxpipeline.cli.console import Json, as_json, database, out, print_json, printable
from uxpipeline.db.lease import lease
from uxpipeline.db.migrate import require_current
from uxpipeline.errors import InputError
from uxpipeline.home import privacy_key
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.report.wording import count
from uxpipeline.settings import Settings
from uxpipeline.subjects.requests import erase_session, export_session
from uxpipeline.subjects.retention import Expired, expired, forget_expired
from uxpipeline.subjects.traces import Traces, find_traces

SessionId = Annotated[
    str, typer.Argument(help="The session's id, as the tracker or the beacon gave it.", metavar="SESSION")
]


def export(
    session: SessionId,
    *,
    out_file: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of stdout.")] = None,
) -> None:
    """Print everything stored about a session, as JSON.

    Exit code 1 when nothing is stored about it.
    """
    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        found = export_session(connection, session)
    if not found:
        raise InputError(
            "Nothing is stored about this session",
            "Unless it was erased, look its id up in the tracker's cookie or storage",
        )
    if out_file is None:
        print_json(found)
        return
    try:
        # Whoever could read a file that was there before could read the copy.
        out_file.touch(mode=0o600)
        out_file.chmod(0o600)
        out_file.write_text(as_json(found) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"The copy cannot be written: {error.strerror}", "Name another file with --out") from None
    out.print(f"{count(sum(map(len, found.values())), 'row')} written to {out_file}.", soft_wrap=True)


def erase(
    session: SessionId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase a session for good: its rows, its share in every figure, and whatever of it comes again.

    Asks first in a terminal, in scripts not.
    """
    if not yes and sys.stdin.isatty():
        typer.confirm("Erase everything stored about this session? It cannot be undone", abort=True, err=True)
    settings = Settings.from_env()
    with database(settings) as (connection, url):
        require_current(connection)
        with lease(connection, url):
            erased = erase_session(connection, session, privacy_key(settings), datetime.now(UTC))
    if json:
        print_json({"erased": erased})
        return
    for relation, rows in erased.items():
        out.print(f"{count(rows, 'row')} of {relation} erased")
    out.print("Figures are computed anew." if erased else "Nothing was stored about it: check its id.", end=" ")
    out.print("Whatever of it comes again is refused.")


def verify_erasure(session: SessionId, *, json: Json = False) -> None:
    """Search all tables, the home folder and the landing place for a session.

    All of it is read; of a landing place in object storage, each object is fetched.

    Exit code 0 when nothing names it; 1 when something does, or a file could not be searched.
    """
    settings = Settings.from_env()
    with database(settings) as (connection, _url):
        require_current(connection)
        found = find_traces(connection, settings, session)
    if json:
        print_json(found)
    else:
        _print_traces(found)
    raise typer.Exit(1 if found.tables or found.files or found.unreadable else 0)


def _print_traces(found: Traces) -> None:
    searched = f"{count(found.tables_searched, 'table')} and {count(found.files_searched, 'file')} searched"
    hits = sum(found.tables.values()) + len(found.files)
    out.print(f"{searched}: {count(hits, 'hit')}.")
    for relation, rows in found.tables.items():
        out.print(f"{count(rows, 'row')} of {relation}", soft_wrap=True)
    for path in found.files:
        out.print(printable(path), soft_wrap=True)
    for path in found.unreadable:
        out.print(f"not readable: {printable(path)}", soft_wrap=True)
    if found.tables:
        out.print("`uxpipeline erase` erases the session from the tables.")
    if found.files:
        out.print("Files are yours to delete: loaded again, they do not bring an erased session back.")


def retention(
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Forget it now; every run does so too.")] = False,
    json: Json = False,
) -> None:
    """Show how long what is kept, and how much is older than that; forget nothing unless told to."""
    settings, now = Settings.from_env(), datetime.now(UTC)
    with database(settings) as (connection, url):
        require_current(connection)
        if apply:
            with lease(connection, url):
                found = forget_expired(connection, settings, now)
                refresh_marts(connection, now)
        else:
            found = expired(connection, settings, now)
    if json:
        print_json({"forgotten" if apply else "expired": found})
    else:
        _print_retention(settings, found, apply=apply)


def _print_retention(settings: Settings, found: Expired, *, apply: bool) -> None:
    table = Table("what", "kept", "forgotten" if apply else "older", "set by", box=None)
    for what, days, rows, name in (
        ("events", settings.keep_events_days, found.events, "UXPIPELINE_KEEP_EVENTS_DAYS"),
        ("sessions", settings.keep_sessions_days, found.sessions, "UXPIPELINE_KEEP_SESSIONS_DAYS"),
        ("lines that wait", settings.keep_sessions_days, found.parked, "UXPIPELINE_KEEP_SESSIONS_DAYS"),
        (
            "quarantined texts",
            settings.keep_quarantine_days,
            found.quarantined,
            "UXPIPELINE_KEEP_QUARANTINE_DAYS",
        ),
    ):
        table.add_row(what, "for good" if days is None else f"{days} days", f"{rows:,}", name)
    out.print(table)
    if not apply and any(vars(found).values()):
        out.print("The next run forgets it, or `uxpipeline retention --apply`. A backup is the only way back.")
