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
from uxpipeline.ingest.files import named_files
from uxpipeline.ingest.funnels import FunnelRules, load_funnels
from uxpipeline.ingest.ledger import QuarantinedFile
from uxpipeline.ingest.lines import RawLine
from uxpipeline.ingest.parsing import Parsing, chunked
from uxpipeline.ingest.publish import LoadedFile, Tally, TooManyBadLinesError, audit, publish, record_file
from uxpipeline.ingest.readers import read_lines, sample, sha256_of
from uxpipeline.ingest.sources.base import Source, detect, source_named
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.stage import copy_blocks
from uxpipeline.ingest.workers import parsed
from uxpipeline.settings import Settings
from uxpipeline.subjects.tombstones import read_tombstones

DEFAULT_MAX_BAD = 0.05
ONE_STATEMENT: Auditor = OneStatement()
CLOCK_SKEW = timedelta(minutes=5)
Status = Literal["loaded", "already_loaded", "replayed", "aborted", "skipped"]
_UNKNOWN = "unknown"


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
    """What became of one file; the counts are those of the contract."""

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
    source: Source | None
    progress: Progress
    auditor: Auditor

    def load(self, path: Path, *, inside_folder: bool) -> FileReport:
        """Load one file; an unrecognised one inside a folder is skipped, a damaged one aborted.

        Raises:
            InputError: the file was named directly and cannot be read or recognised.
        """
        try:
            sha256 = sha256_of(path)
        except InputError as error:
            if not inside_folder:
                raise
            return FileReport(str(path), _UNKNOWN, "", "aborted", problem=str(error))
        earlier = self.connection.execute(statement("ingest/loaded_file"), {"sha256": sha256}).fetchone()
        if earlier is not None:
            source, lines = earlier
            return FileReport(str(path), source, sha256, "already_loaded", lines=lines, duplicates=lines)
        return self._load_new(path, FileReport(str(path), _UNKNOWN, sha256, "loaded"), inside_folder=inside_folder)

    def replay(self, quarantined: QuarantinedFile) -> FileReport:
        """Load the quarantined lines of a file; those that are refused again stay where they are.

        Raises:
            InputError: the file is not there any more, or another one.
        """
        path = Path(quarantined.path)
        if not path.is_file():
            raise InputError(
                f"`{path}` is not there any more", "Put it back, or load its lines corrected, from another file"
            )
        if sha256_of(path) != quarantined.sha256:
            raise InputError(
                f"`{path}` is not what it was", f"Run `uxpipeline load {path}`: what is stored already is not doubled"
            )
        report = FileReport(quarantined.path, quarantined.source, quarantined.sha256, "replayed")
        source = source_named(quarantined.source, self.context)
        return self._load_from(source, path, report, quarantined)

    def _load_new(self, path: Path, report: FileReport, *, inside_folder: bool) -> FileReport:
        try:
            source = self._source(path)
        except InputError as error:
            return self._aborted(self._new_load(report), report, error, Tally())
        if source is not None:
            return self._load_from(source, path, replace(report, source=source.name))
        unrecognised = InputError(f"`{path}` is in no format we know", "Name its --source, or see docs/sources.md")
        if not inside_folder:
            raise unrecognised
        return replace(report, status="skipped", problem=str(unrecognised))

    def _source(self, path: Path) -> Source | None:
        """Return the adapter for a file, None for one in no known format; an empty file is in none."""
        if self.source is not None:
            return self.source
        return detect(sample(path), self.context) if path.stat().st_size else None

    def _load_from(
        self, source: Source, path: Path, report: FileReport, quarantined: QuarantinedFile | None = None
    ) -> FileReport:
        file = self._new_load(report)
        if quarantined is not None:
            file = replace(file, replay_of=quarantined.file_id)
        try:
            self.auditor.begin()
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
        return LoadedFile(_next_load_id(self.connection), report.path, report.source, report.sha256, self.now)

    def _stage(self, path: Path, source: Source, load_id: int, only: frozenset[int] | None = None) -> int:
        before = path.stat()
        erased = read_tombstones(self.connection, privacy_key(self.settings))
        parsing = Parsing(load_id, source.name, self.context, self.settings.earliest, self.now, erased)
        lines = (line for line in read_lines(path) if only is None or line.number in only)
        done = Done(path, before.st_size)
        with closing(parsed(chunked(lines), parsing)) as chunks:
            for chunk, blocks in chunks:
                copy_blocks(self.connection, blocks)
                done.add(chunk)
                self.progress(done)
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise InputError(f"`{path}` changed while it was read", "Load it again once it is complete")
        self.connection.execute(statement("ingest/analyze_stage"))
        return done.lines

    def _aborted(self, file: LoadedFile, report: FileReport, error: Exception, tally: Tally) -> FileReport:
        nothing_kept = replace(tally, inserted=0, rows_written={})
        with transaction(self.connection):
            self.connection.execute(statement("ingest/clear_stage"), {"load_id": file.load_id})
            record_file(self.connection, file, "aborted", nothing_kept, problem=str(error))
        return replace(_filled(report, nothing_kept), status="aborted", problem=str(error))


def load_paths(
    connection: Connection,
    settings: Settings,
    paths: Sequence[Path],
    now: datetime,
    *,
    source: str = "auto",
    max_bad: float = DEFAULT_MAX_BAD,
    progress: Progress = lambda _done: None,
    auditor: Auditor = ONE_STATEMENT,
) -> list[FileReport]:
    """Load files and folders; the caller holds the pipeline's lease.

    Args:
        connection: open connection to a migrated database.
        settings: tell funnels, conversion, earliest event time and privacy key.
        paths: files, or folders whose files are meant.
        now: the caller's clock; events more than five minutes later are quarantined.
        source: adapter name, or `auto` to recognise each file by its content.
        max_bad: largest share of quarantined lines a file may have.
        progress: told how far each file is.
        auditor: judges what was staged before it is published.

    Returns:
        One report per file, in order.

    Raises:
        InputError: a path or the source names nothing, or a file named directly cannot be read or recognised.
        ConfigurationError: the funnels file is wrong.
    """
    loader = _loader(connection, settings, now, source, max_bad, progress, auditor)
    found = [(file, path.is_dir()) for path in paths for file in named_files(path)]
    return [loader.load(file, inside_folder=inside) for file, inside in found]


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
    adapter = None if source == "auto" else source_named(source, context)
    configure(connection, rules, settings.conversion)
    return Loader(connection, settings, context, now, max_bad, adapter, progress, auditor)


def configure(connection: Connection, rules: FunnelRules, conversion: str) -> None:
    """Copy the configured funnels and conversion to the database, where SQL reads them."""
    steps = [{"funnel_name": step.funnel, "step_order": step.order, "step_name": step.name} for step in rules.steps]
    with transaction(connection), connection.cursor() as cursor:
        kept = {"funnels": [step.funnel for step in rules.steps], "orders": [step.order for step in rules.steps]}
        cursor.execute(statement("ingest/clear_funnel_steps"), kept)
        cursor.executemany(statement("ingest/keep_funnel_step"), steps)
        cursor.execute(statement("ingest/keep_conversion_goal"), {"funnel_name": conversion})


def _next_load_id(connection: Connection) -> int:
    with transaction(connection):
        row = connection.execute(statement("ingest/next_load_id")).fetchone()
        load_id = int(row[0]) if row else 0
        connection.execute(statement("ingest/clear_stage"), {"load_id": load_id})
    return load_id


def _filled(report: FileReport, tally: Tally) -> FileReport:
    return replace(report, **vars(tally))
