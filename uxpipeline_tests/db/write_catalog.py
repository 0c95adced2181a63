"""`make catalog`: writes down what the catalog of a fresh database says, for the drift check."""

from contextlib import ExitStack
from pathlib import Path

from uxpipeline.db import catalog, sqlfiles
from uxpipeline.db.connect import connect
from uxpipeline.db.migrate import migrate
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import fresh_database, temporary_home


def main() -> None:
    """Build a database from our files on the embedded server and keep what its catalog says."""
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        server = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home)}), fast=True)
        stack.enter_context(server.running())
        connection = stack.enter_context(connect(stack.enter_context(fresh_database(server.url()))))
        list(migrate(connection))
        facts = catalog.found(connection)
    Path(sqlfiles.root() / catalog.FRESH).write_text(catalog.written(facts), encoding="utf-8")


if __name__ == "__main__":
    main()
