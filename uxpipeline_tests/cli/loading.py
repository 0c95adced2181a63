"""Loading what a command is then tried on, without the processes of `uxpipeline load`."""

from datetime import UTC, datetime
from pathlib import Path

from uxpipeline.db.connect import connect
from uxpipeline.ingest.load import DEFAULT_MAX_BAD, load_paths
from uxpipeline.ingest.reports import FileReport
from uxpipeline.settings import Settings


def load(home: Path, database: str, path: Path, max_bad: float = DEFAULT_MAX_BAD) -> FileReport:
    """Load a file with the settings a command with this home has."""
    settings = Settings.from_env({"UXPIPELINE_HOME": str(home), "UXPIPELINE_DATABASE_URL": database})
    with connect(database) as connection:
        [report] = load_paths(connection, settings, [path], datetime.now(UTC), max_bad=max_bad)
    return report
