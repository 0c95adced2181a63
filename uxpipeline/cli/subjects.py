"""`uxpipeline export` and `uxpipeline erase`: what a person may ask about their data."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from uxpipeline.cli.console import Json, as_json, database, out, print_json
from uxpipeline.db.lease import lease
from uxpipeline.db.migrate import require_current
from uxpipeline.errors import InputError
from uxpipeline.home import privacy_key
from uxpipeline.settings import Settings
from uxpipeline.subjects.requests import erase_session, export_session

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
        raise InputError("Nothing is stored about this session", "Look its id up in the tracker's cookie or storage")
    if out_file is None:
        print_json(found)
        return
    out_file.touch(mode=0o600)
    out_file.write_text(as_json(found) + "\n", encoding="utf-8")
    out.print(f"{sum(map(len, found.values()))} rows written to {out_file}.", soft_wrap=True)


def erase(
    session: SessionId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase a session for good: its rows, its share in every figure, and whatever of it comes again."""
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
        out.print(f"{rows} rows of {relation} erased")
    out.print("Figures are computed anew." if erased else "Nothing was stored about it.", end=" ")
    out.print("Whatever of it comes again is refused.")
