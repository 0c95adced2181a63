"""Loading files: detect the source, stage, audit, publish; one file, one transaction, one ledger row."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import psycopg

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import InputError, PublishRefusedError
from uxpipeline.home import privacy_key
from uxpipeline.ingest.audit import Auditor, Batch, OneStatement
from uxpipeline.ingest.files import InputFile, Listing, called
from uxpipeline.ingest.funnels import FunnelRules, load_funnels
from uxpipeline.ingest.landing import (
    Place,
    Settled,
    file_at,
    landing_listing,
    named_files,
    note_listing,
    settle,
    settled,
)
from uxpipeline.ingest.ledger import QuarantinedFile
from uxpipeline.ingest.lines import RawLine
from uxpipeline.ingest.parked import next_load_id, release_parked
from uxpipeline.ingest.parsing import Parsing
from uxpipeline.ingest.publish import LoadedFile, Tally, TooManyBadLinesError, audit, publish, record_file
from uxpipeline.ingest.readers import read_lines, sample, sha256_of
from uxpipeline.ingest.rows import lines_in
from uxpipeline.ingest.sources.base import Source, detect, source_named
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.snowplow import is_wire_form
from uxpipeline.ingest.stage import copy_blocks
from uxpipeline.ingest.workers import parsed
from uxpipeline.settings import Settings
from uxpipeline.subjects.tombstones import read_tombstones

DEFAULT_MAX_BAD = 0.05
ONE_STATEMENT: Auditor = OneStatement()
CLOCK_SKEW = timedelta(minutes=5)
Status = Literal["loaded", "already_loaded", "replayed", "aborted", "skipped"]
_UNKNOWN = "unknown"
_WIRE_FORM = "Snowplow's wire form"


@dataclass
class Done:
    """How much of a file is staged."""

    path: Path
    file_bytes: int
    lines: int = 0
    line_bytes: int = 0

    def add(self, chunk: Sequence[RawLine]) -> None:
        """Count lines that were staged."""
        self.lines += len(chunk)
        self.line_bytes += sum(len(line.raw) + 1 for line in chunk)

    @property
    def all_lines(self) -> int | None:
        """About how many lines the file has; None where its bytes do not tell, as it is compressed."""
        if not self.lines or self.line_bytes > self.file_bytes + 1:
            return None
        return round(self.file_bytes * self.lines / self.line_bytes)


Progress = Callable[[Done], None]
"""Called whenever lines of a file were staged."""


@dataclass
class FileReport:
    """What became of one file; the counts are those of the contract, `seen` says what its content was taken for."""

    path: str
    source: str
    sha256: str
    status: Status
    lines: int = 0
    inserted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    parked: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    rows_written: dict[str, int] = field(default_factory=dict)
    problem: str | None = None
    seen: str = ""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return Path(self.path).name


@dataclass(frozen=True)
class Loader:
    """Everything a load needs to know besides the file; `source` is None where each file is to be recognised."""

    connection: Connection
    settings: Settings
    context: Context
    now: datetime
    max_bad: float
    source: str | None
    progress: Progress
    auditor: Auditor

    def load_listed(self, listing: Listing, *, inside_folder: bool) -> Iterator[FileReport]:
        """Load the files of a listing; unfinished ones are skipped, a later load takes them."""
        known = settled(self.connection, listing.complete)
        for file in listing.complete:
            if file.name in known:
                yield _already_loaded(file.name, known)
            else:
                yield self._load_one(file, inside_folder=inside_folder)
        for file, reason in listing.unfinished:
            yield FileReport(file.name, _UNKNOWN, "", "skipped", problem=f"`{file.name}` waits: {reason}")

    def _load_one(self, file: InputFile, *, inside_folder: bool) -> FileReport:
        try:
            with file.fetched() as path, called(path, file.name):
                report = self.load(path, file.name, inside_folder=inside_folder)
        except InputError as error:
            if not inside_folder:
                raise
            return FileReport(file.name, _UNKNOWN, "", "aborted", problem=str(error))
        if report.status in {"loaded", "already_loaded"}:
            settle(self.connection, file, report.sha256)
        return report

    def load(self, path: Path, name: str, *, inside_folder: bool) -> FileReport:
        """Load one file, which the ledger calls `name`; an unrecognised one inside a folder is skipped.

        Raises:
            InputError: the file cannot be read, or was named directly and cannot be recognised.
        """
        sha256 = sha256_of(path)
        earlier = self.connection.execute(statement("ingest/loaded_file"), {"sha256": sha256}).fetchone()
        if earlier is not None:
            source, lines = earlier
            return FileReport(name, source, sha256, "already_loaded", lines=lines, duplicates=lines)
        return self._load_new(path, FileReport(name, _UNKNOWN, sha256, "loaded"), inside_folder=inside_folder)

    def replay(self, quarantined: QuarantinedFile) -> FileReport:
        """Load the quarantined lines of a file; those that are refused again stay where they are.

        Raises:
            InputError: the file is not there any more, or another one.
        """
        name = quarantined.path
        file = file_at(name)
        if file is None:
            raise InputError(
                f"`{name}` is not there any more", "Put it back, or load its lines corrected, from another file"
            )
        with file.fetched() as path, called(path, name):
            if sha256_of(path) != quarantined.sha256:
                raise InputError(
                    f"`{name}` is not what it was",
                    f"Run `uxpipeline load {name}`: what is stored already is not doubled",
                )
            return self._replay_from(path, quarantined)

    def _replay_from(self, path: Path, quarantined: QuarantinedFile) -> FileReport:
        report = FileReport(quarantined.path, quarantined.source, quarantined.sha256, "replayed")
        source = source_named(quarantined.source, self.context)
        return self._load_from(source, path, report, quarantined)

    def _load_new(self, path: Path, report: FileReport, *, inside_folder: bool) -> FileReport:
        try:
            with called(path, report.path):
                source, form = self._recognised(path)
        except InputError as error:
            return self._aborted(self._new_load(report), report, error, Tally())
        if source is not None:
            return self._load_from(source, path, replace(report, source=source.name, seen=f"{source.name}: {form}"))
        unrecognised = _unrecognised(report.path, form)
        if not inside_folder:
            raise unrecognised
        return replace(report, status="skipped", problem=str(unrecognised))

    def _recognised(self, path: Path) -> tuple[Source | None, str]:
        """Return the adapter for a file and the form it has; no adapter for one in no known format or empty."""
        named = source_named(self.source, self.context) if self.source is not None else None
        if not path.stat().st_size:
            return named, "empty"
        form, objects = sample(path)
        return named or detect(objects, self.context), _WIRE_FORM if is_wire_form(objects) else form

    def _load_from(
        self, source: Source, path: Path, report: FileReport, quarantined: QuarantinedFile | None = None
    ) -> FileReport:
        file = self._new_load(report)
        if quarantined is not None:
            file = replace(file, replay_of=quarantined.file_id)
        try:
            self.auditor.begin()
            with called(path, report.path):
                lines = self._stage(path, source, file.load_id, quarantined.line_nos if quarantined else None)
            self._audit(file.load_id, lines)
            return _filled(report, publish(self.connection, file, self.now, self.max_bad))
        except TooManyBadLinesError as error:
            return self._aborted(file, report, error, error.tally)
        except (InputError, PublishRefusedError) as error:
            return self._aborted(file, report, error, Tally())
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            # The server's detail repeats the row, so only the rule's name is kept.
            rule = error.diag.constraint_name or "a column's type"
            refusal = InputError(f"The database refused a row: {rule} ({error.sqlstate})")
            return self._aborted(file, report, refusal, Tally())

    def _audit(self, load_id: int, lines: int) -> None:
        batch = Batch(load_id, lines, self.settings.earliest, self.now + CLOCK_SKEW)
        if broken := audit(self.connection, self.auditor, batch):
            raise InputError(f"The audit found rows that break: {', '.join(broken)}", "Report this: adapters must not")

    def _new_load(self, report: FileReport) -> LoadedFile:
        return LoadedFile(
            next_load_id(self.connection),
            report.path,
            report.source,
            report.sha256,
            self.now,
            masking=self.settings.masking,
        )

    def _stage(self, path: Path, source: Source, load_id: int, only: frozenset[int] | None = None) -> int:
        """Copy the lines of a file, or those asked for, to the stage; returns how many."""
        before = path.stat()
        erased = read_tombstones(self.connection, privacy_key(self.settings))
        parsing = Parsing(
            load_id,
            source.name,
            self.context,
            self.settings.earliest,
            self.now,
            erased,
            self.settings.masking,
            only,
        )
        done, staged = Done(path, before.st_size), 0
        with closing(parsed(read_lines(path), parsing)) as chunks:
            for chunk, blocks in chunks:
                copy_blocks(self.connection, blocks)
                staged += lines_in(blocks)
                done.add(chunk)
                self.progress(done)
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise InputError(f"`{path}` changed while it was read", "Load it again once it is complete")
        self.connection.execute(statement("ingest/analyze_stage"))
        return staged

    def _aborted(self, file: LoadedFile, report: FileReport, error: Exception, tally: Tally) -> FileReport:
        nothing_kept = replace(tally, inserted=0, rows_written={})
        with transaction(self.connection):
            self.connection.execute(statement("ingest/clear_stage"), {"load_id": file.load_id})
            record_file(self.connection, file, "aborted", nothing_kept, problem=str(error))
        return replace(_filled(report, nothing_kept), status="aborted", problem=str(error))


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


def _filled(report: FileReport, tally: Tally) -> FileReport:
    return replace(report, **vars(tally))


def _already_loaded(name: str, known: Settled) -> FileReport:
    sha256, source, lines = known[name]
    return FileReport(name, source, sha256, "already_loaded", lines=lines, duplicates=lines)


def _unrecognised(path: str, form: str) -> InputError:
    if form == _WIRE_FORM:
        return InputError(
            f"`{path}` holds requests of Snowplow's tracker, not events",
            "Load the enriched events that Snowplow makes of them, see docs/sources.md",
        )
    return InputError(f"`{path}` is in no format we know", "Name its --source, or see docs/sources.md")
