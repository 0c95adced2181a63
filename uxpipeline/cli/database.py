"""`uxpipeline db`: the embedded PostgreSQL."""

import typer

from uxpipeline.cli.console import Json, out, print_json
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings

app = typer.Typer(help="The embedded PostgreSQL, used while UXPIPELINE_DATABASE_URL is unset.", no_args_is_help=True)


@app.command()
def start() -> None:
    """Start the server and leave it up until `uxpipeline db stop`."""
    server = EmbeddedServer(Settings.from_env())
    server.start_kept()
    out.print(f"PostgreSQL is up on port {server.status().port}; `uxpipeline db stop` ends it.")


@app.command()
def stop() -> None:
    """Stop the server, even under its users."""
    EmbeddedServer(Settings.from_env()).stop()
    out.print("PostgreSQL is stopped.")


@app.command()
def status(*, json: Json = False) -> None:
    """Say whether the server runs, where, and whether it was told to stay."""
    found = EmbeddedServer(Settings.from_env()).status()
    if json:
        print_json(found)
        return
    state = "up" if found.running else "down"
    kept = ", kept until `uxpipeline db stop`" if found.kept else ""
    where = f" on port {found.port}, pid {found.pid}" if found.running else ""
    out.print(f"PostgreSQL {found.version or ''} is {state}{where}{kept}.\nData: {found.data}")


@app.command()
def url(database: str = typer.Argument("uxpipeline", help="Database: uxpipeline or demo.")) -> None:
    """Print the URL of a database on the server; it holds the password."""
    typer.echo(EmbeddedServer(Settings.from_env()).url(database))
