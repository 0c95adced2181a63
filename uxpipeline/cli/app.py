"""The command line: `uxpipeline --help` lists the commands."""

import signal
import sys
from types import FrameType
from typing import Annotated

import psycopg
import typer

from uxpipeline import __version__
from uxpipeline.cli import commands, database, experiments, proposals, quarantine
from uxpipeline.cli.console import complain
from uxpipeline.db.connect import told
from uxpipeline.errors import UxPipelineError

app = typer.Typer(
    name="uxpipeline",
    help="Behaviour events in your PostgreSQL become ranked friction, proposals and tests.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(database.app, name="db")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(proposals.app, name="proposals")
app.add_typer(experiments.app, name="experiments")
commands.register(app)


@app.callback()
def options(
    version: Annotated[  # noqa: FBT002  # a flag of the command line
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)
    ] = False,
) -> None:
    """Behaviour events in your PostgreSQL become ranked friction, proposals and tests."""
    if version:
        typer.echo(f"uxpipeline {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; errors we know end in one line on stderr and exit code 1."""
    # TERM unwinds like Ctrl-C, so that whatever a command started is stopped again; a script that started us in the
    # background had Ctrl-C ignored.
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except UxPipelineError as error:
        complain(str(error))
        sys.exit(1)
    except psycopg.errors.InsufficientPrivilege as error:
        complain(f"The database denies it: {error.diag.message_primary}. Connect as the owner of the database")
        sys.exit(1)
    except psycopg.Error as error:
        complain(f"The database failed ({told(error)})")
        sys.exit(1)


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(143)
