"""What a test loads and what is said meanwhile: of this, and not of tables alone, I5 to I8 can be told."""

import gzip
import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from uxpipeline.errors import UxPipelineError
from uxpipeline.ingest.files.listing import Listing
from uxpipeline.ingest.files.readers import sha256_of
from uxpipeline.ingest.loader import Loader
from uxpipeline.ingest.reports import FileReport
from uxpipeline_tests.db.queries import rows

MOST_BYTES = 2 * 1024 * 1024
"""Of larger files only the report is kept."""
IN_LEDGER = """
    select status, lines, quarantined from uxpipeline.ingest_files
    where path = %s and sha256 = %s and replay_of is null order by id desc limit 1
"""
Entry = tuple[str, int, int]
_OURS = re.compile(r"[a-z_ ]*|.{,7}", re.DOTALL)
"""Texts that say nothing of anybody: short ones, and words that we use ourselves."""


@dataclass(frozen=True)
class Seen:
    """What became of one file, as its report says and as the ledger said just then."""

    report: FileReport
    entry: Entry | None


@dataclass
class Witness:
    """Everything that the loads of one test did within this process."""

    loads: dict[int, tuple[Loader, list[Seen]]] = field(default_factory=dict)
    """By load, which may be one of several files."""
    files: dict[str, tuple[Loader, bytes]] = field(default_factory=dict)
    """Small files as they were when it was tried to load them, by their hash; who tried."""
    others: list[bytes] = field(default_factory=list)
    """Small files that other processes loaded."""
    errors: list[str] = field(default_factory=list)
    most_memory: int = 0
    """Bytes this process took at most, beyond those of the beginning."""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See what is loaded and which errors are made during the block."""
        load, listed, made = Loader.load, Loader.load_listed, UxPipelineError.__init__

        def seen_load(loader: Loader, path: Path, name: str, *, inside_folder: bool) -> FileReport:
            try:
                report = load(loader, path, name, inside_folder=inside_folder)
            except Exception:
                self._keep(loader, path)
                raise
            if report.status != "already_loaded":
                self._keep(loader, path)
            return report

        def seen_listed(loader: Loader, listing: Listing, *, inside_folder: bool) -> Iterator[FileReport]:
            for report in listed(loader, listing, inside_folder=inside_folder):
                found = rows(loader.connection, IN_LEDGER, report.path, report.sha256)
                self.loads.setdefault(id(loader), (loader, []))[1].append(Seen(report, found[0] if found else None))
                yield report

        def seen_made(error: UxPipelineError, problem: str, remedy: str = "") -> None:
            made(error, problem, remedy)
            self.errors.append(str(error))

        before = forget_peak()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Loader, "load", seen_load)
            patch.setattr(Loader, "load_listed", seen_listed)
            patch.setattr(UxPipelineError, "__init__", seen_made)
            yield
        self.most_memory = peak() - before

    def _keep(self, loader: Loader, path: Path) -> None:
        with suppress(OSError):
            if path.stat().st_size <= MOST_BYTES:
                self.files[sha256_of(path)] = (loader, path.read_bytes())

    def look_up(self, paths: Iterable[str]) -> None:
        """Read the files of a ledger as far as they are still there: another process may have loaded them."""
        found = (Path(path) for path in paths)
        self.others = [path.read_bytes() for path in found if path.is_file() and path.stat().st_size <= MOST_BYTES]

    @property
    def reports(self) -> list[FileReport]:
        return [seen.report for _, found in self.loads.values() for seen in found]

    def texts(self) -> set[str]:
        """What visitors wrote in the lines that were loaded: none of it is for logs."""
        contents = [*(content for _, content in self.files.values()), *self.others]
        return {text for content in contents for text in told_by(content) if not _OURS.fullmatch(text)}


def told_by(content: bytes) -> Iterator[str]:
    """Every text in the lines of a file; a line that is no JSON is one text."""
    for line in unpacked(content).splitlines():
        try:
            yield from _texts(json.loads(line))
        except (ValueError, RecursionError):
            yield line.decode(errors="replace")


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def unpacked(content: bytes) -> bytes:
    with suppress(OSError, EOFError):
        return gzip.decompress(content)
    return content


def forget_peak() -> int:
    """Let the peak of this process's memory begin anew where the system can; returns it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak()


def peak() -> int:
    """The most memory this process took, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
