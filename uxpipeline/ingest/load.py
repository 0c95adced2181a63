"""Loading files, folders, the landing place, and quarantined lines again."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import InputError
from uxpipeline.ingest.audit import Auditor, OneStatement
from uxpipeline.ingest.files.landing import (
    Place,
    landing_listing,
    named_files,
    note_listing,
)
from uxpipeline.ingest.funnels import FunnelRules, load_funnels
from uxpipeline.ingest.ledger import QuarantinedFile
from uxpipeline.ingest.loader import Loader
from uxpipeline.ingest.parked import release_parked
from uxpipeline.ingest.reports import FileReport, Progress
from uxpipeline.ingest.sources.base import source_named
from uxpipeline.ingest.sources.context import Context
from uxpipeline.settings import Settings

DEFAULT_MAX_BAD = 0.05
ONE_STATEMENT: Auditor = OneStatement()


def load_paths(
    connection: Connection,
    settings: Settings,
    places: Sequence[Place],
    now: datetime,
    *,
    source: str = "auto",
    max_bad: float = DEFAULT_MAX_BAD,
    progress: Progress = lambda _done: None,
    auditor: Auditor = ONE_STATEMENT,
) -> list[FileReport]:
    """Load files and folders, local or in object storage; the caller holds the pipeline's lease.

    Args:
        connection: open connection to a migrated database.
        settings: tell funnels, conversion, earliest event time and privacy key.
        places: files, or folders whose files are meant.
        now: the caller's clock; events more than five minutes later are quarantined.
        source: adapter name, or `auto` to recognise each file by its content.
        max_bad: largest share of quarantined lines a file may have.
        progress: told how far each file is.
        auditor: judges what was staged before it is published.

    Returns:
        One report per file, in order.

    Raises:
        InputError: a place or the source names nothing, or a file named directly cannot be read or recognised.
        ConfigurationError: the funnels file is wrong.
    """
    loader = _loader(connection, settings, now, source, max_bad, progress, auditor)
    found = [named_files(where) for where in places]
    reports = [report for listing, inside in found for report in loader.load_listed(listing, inside_folder=inside)]
    release_parked(connection, settings.earliest, now)
    return reports


def load_landing(
    connection: Connection, settings: Settings, now: datetime, *, auditor: Auditor = ONE_STATEMENT
) -> list[FileReport]:
    """Load what is new in the landing place; the caller holds the pipeline's lease.

    Raises:
        ConfigurationError: the funnels file or the landing place is wrong.
        StorageUnreachableError: the landing place is in object storage, which cannot be reached.
    """
    loader = _loader(connection, settings, now, "auto", DEFAULT_MAX_BAD, lambda _done: None, auditor)
    listing = landing_listing(connection, settings.landing, now)
    reports = list(loader.load_listed(listing, inside_folder=True))
    note_listing(connection, settings.landing, listing, now)
    release_parked(connection, settings.earliest, now)
    return reports


def replay_lines(
    connection: Connection,
    settings: Settings,
    files: Sequence[QuarantinedFile],
    now: datetime,
    progress: Progress = lambda _done: None,
    auditor: Auditor = ONE_STATEMENT,
) -> Iterator[FileReport]:
    """Load quarantined lines from the files they came in; the caller holds the pipeline's lease.

    A file that is not there any more, or changed since, is reported as aborted, with what to do about it.
    """
    loader = _loader(connection, settings, now, "auto", 1.0, progress, auditor)
    for file in files:
        try:
            yield loader.replay(file)
        except InputError as error:
            yield FileReport(file.path, file.source, file.sha256, "aborted", problem=str(error))


def _loader(
    connection: Connection,
    settings: Settings,
    now: datetime,
    source: str,
    max_bad: float,
    progress: Progress,
    auditor: Auditor,
) -> Loader:
    rules = load_funnels(settings.funnels) if settings.funnels else FunnelRules()
    context = Context(rules=rules)
    if source != "auto":
        source_named(source, context)
    configure(connection, rules, settings.conversion)
    return Loader(connection, settings, context, now, max_bad, None if source == "auto" else source, progress, auditor)


def configure(connection: Connection, rules: FunnelRules, conversion: str) -> None:
    """Copy the configured funnels and conversion to the database, where SQL reads them."""
    steps = [{"funnel_name": step.funnel, "step_order": step.order, "step_name": step.name} for step in rules.steps]
    with transaction(connection), connection.cursor() as cursor:
        kept = {"funnels": [step.funnel for step in rules.steps], "orders": [step.order for step in rules.steps]}
        cursor.execute(statement("ingest/clear_funnel_steps"), kept)
        cursor.executemany(statement("ingest/keep_funnel_step"), steps)
        cursor.execute(statement("ingest/keep_conversion_goal"), {"funnel_name": conversion})
