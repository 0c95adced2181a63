"""One file: detected, staged, audited and published, in one transaction with its ledger row."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import InputError, PublishRefusedError
from uxpipeline.home import privacy_key
from uxpipeline.ingest.audit import Auditor, Batch
from uxpipeline.ingest.files.landing import (
    Settled,
    file_at,
    settle,
    settled,
)
from uxpipeline.ingest.files.listing import InputFile, Listing, called
from uxpipeline.ingest.files.readers import read_chunks, sample, sha256_of
from uxpipeline.ingest.ledger import QuarantinedFile
from uxpipeline.ingest.new_days import stored_apart
from uxpipeline.ingest.parked import next_load_id
from uxpipeline.ingest.parsing.parser import Parsing
from uxpipeline.ingest.parsing.workers import parsed
from uxpipeline.ingest.publish import LoadedFile, Tally, TooManyBadLinesError, audit, publish, record_file
from uxpipeline.ingest.reports import Done, FileReport, Progress
from uxpipeline.ingest.sources.base import Source, detect, source_named
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.snowplow import is_wire_form
from uxpipeline.ingest.stage import copy_blocks
from uxpipeline.settings import Settings
from uxpipeline.subjects.tombstones import read_tombstones

CLOCK_SKEW = timedelta(minutes=5)
_UNKNOWN = "unknown"
_WIRE_FORM = "Snowplow's wire form"


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
        form, objects, texts = sample(path)
        return named or detect(objects, self.context), _WIRE_FORM if is_wire_form(objects, texts) else form

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
            with stored_apart(self.connection, file.load_id, lines) as apart:
                self._audit(file.load_id, lines)
                return _filled(report, publish(self.connection, file, self.now, self.max_bad, apart))
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
        done = Done(path, before.st_size)
        with closing(parsed(read_chunks(path), parsing)) as chunks:
            for line_bytes, staged in chunks:
                copy_blocks(self.connection, staged.blocks)
                done.add(staged.lines, line_bytes)
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
